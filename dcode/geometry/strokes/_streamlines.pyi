from dcode.geometry.strokes.streamlines import Streamlines as Streamlines
