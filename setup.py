"""The parts of the build that pyproject.toml cannot say: the compiled kernels and the data beside the package."""

import os
import shutil
from pathlib import Path

from Cython.Build import cythonize
from setuptools import Extension, find_packages, setup
from setuptools.command.build_ext import build_ext

# At the checkout's top level; in dcode/_data in a wheel.
FOLDERS = ["firmware_profiles", "configs", "configs/system", "configs/walls", "examples"]
DATA = {f"dcode._data.{folder.replace('/', '.')}": folder for folder in FOLDERS}

# Pure Python with its types beside it in a .pxd, compiled under a name of its own: plain and compiled, one source.
KERNELS = {
    "dcode.geometry": ["split"],
    "dcode.geometry.order": ["nearest", "greedy", "search", "spanning"],
    "dcode.geometry.skeleton": ["across", "fit", "link", "match", "nearest", "peel", "walk"],
    "dcode.geometry.strokes": ["darkest", "streamlines"],
    "dcode.machine": ["lookahead"],
}
AT_ONCE = os.cpu_count() or 1

# Without contraction no machine rounds otherwise than Python does.
EXACT = ["-O3", "-g0", "-ffp-contract=off", "-fno-math-errno"]


class BuildOnce(build_ext):
    """An editable install leaves what it compiles beside the source: a wheel takes that unless the source is newer."""

    def build_extension(self, ext: Extension) -> None:
        """Lay the file, with its time, where build_ext looks whether there is anything to compile."""
        beside, place = Path(self.get_ext_filename(ext.name)), Path(self.get_ext_fullpath(ext.name))
        if beside.exists() and not self.force:
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(beside, place)
        super().build_extension(ext)


setup(
    packages=[*find_packages(include=["dcode", "dcode.*"]), *DATA],
    package_dir=DATA,
    package_data={
        "": [
            "*.toml",
            "*.json",
            "*.gcode",
            "*.pyi",
            "*.pxd",
            "*.jhf",
            "*.tcss",
            "data/*.npz",
            "data/*.safetensors",
            "lists/*.txt",
            "LICENSE.txt",
            "py.typed",
            "*.service",
            "*.rules",
        ]
    },
    exclude_package_data={"": ["*.c"]},
    cmdclass={"build_ext": BuildOnce},
    options={"build_ext": {"parallel": AT_ONCE}},
    # Optional: where no compiler is at hand numpy or plain Python gives the same result, more slowly.
    ext_modules=cythonize(
        [
            Extension(
                "dcode.gcode._scan",
                ["dcode/gcode/_scan.pyx"],
                extra_compile_args=["-O2", "-g0"],
                depends=["setup.py"],
                optional=True,
            )
        ],
        language_level=3,
    )
    + cythonize(
        [
            Extension(
                f"{package}._{name}",
                [f"{package.replace('.', '/')}/{name}.py"],
                extra_compile_args=EXACT,
                depends=["setup.py"],
                optional=True,
            )
            for package, names in KERNELS.items()
            for name in names
        ],
        nthreads=AT_ONCE,
        language_level=3,
        compiler_directives={
            "boundscheck": False,
            "wraparound": False,
            "initializedcheck": False,
            "cdivision": True,
            "annotation_typing": False,
        },
    ),
)
