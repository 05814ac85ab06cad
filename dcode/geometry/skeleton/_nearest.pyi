from dcode.geometry.skeleton.nearest import nearest as nearest
