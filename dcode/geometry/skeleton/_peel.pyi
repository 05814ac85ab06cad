from dcode.geometry.skeleton.peel import peel as peel
