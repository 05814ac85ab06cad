"""The parts of the build that pyproject.toml cannot say: the compiled scanner and the data beside the package."""

from pathlib import Path

from Cython.Build import cythonize
from setuptools import Extension, find_packages, setup

HERE = Path(__file__).parent
DATA = ["firmware_profiles", "configs", "examples"]  # at the checkout's top level; dcode/_data in a wheel

setup(
    packages=[*find_packages(include=["dcode", "dcode.*"]), *(f"dcode._data.{name}" for name in DATA)],
    package_dir={f"dcode._data.{name}": name for name in DATA},
    package_data={"": ["*.toml", "*.json", "*.gcode", "*.pyi", "py.typed"]},
    # Optional: where no compiler is at hand the numpy scanner gives the same result, more slowly.
    ext_modules=cythonize(
        [Extension("dcode.gcode._scan", ["dcode/gcode/_scan.pyx"], optional=True)],
        language_level=3,
    ),
)
