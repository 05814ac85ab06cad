from dcode.geometry.skeleton.fit import fit_all as fit_all
