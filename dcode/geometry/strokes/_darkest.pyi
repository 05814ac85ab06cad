from dcode.geometry.strokes.darkest import Darkest as Darkest
