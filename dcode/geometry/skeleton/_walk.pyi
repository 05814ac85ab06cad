from dcode.geometry.skeleton.walk import walk as walk
