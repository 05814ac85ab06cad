from dcode.geometry.skeleton.across import across as across
