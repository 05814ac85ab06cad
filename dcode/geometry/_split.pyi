from dcode.geometry.split import split as split
