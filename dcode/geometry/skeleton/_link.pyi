from dcode.geometry.skeleton.link import Linker as Linker
