from dcode.geometry.skeleton.match import match as match
