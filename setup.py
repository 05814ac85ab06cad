"""The parts of the build that pyproject.toml cannot say: the compiled scanner and the data beside the package."""

from Cython.Build import cythonize
from setuptools import Extension, find_packages, setup

DATA = ["firmware_profiles", "configs", "examples"]  # at the checkout's top level; dcode/_data in a wheel

setup(
    packages=[*find_packages(include=["dcode", "dcode.*"]), *(f"dcode._data.{name}" for name in DATA)],
    package_dir={f"dcode._data.{name}": name for name in DATA},
    package_data={"": ["*.toml", "*.json", "*.gcode", "*.pyi", "py.typed"]},
    exclude_package_data={"": ["*.c"]},
    # Optional: where no compiler is at hand the numpy scanner gives the same result, more slowly.
    ext_modules=cythonize(
        [Extension("dcode.gcode._scan", ["dcode/gcode/_scan.pyx"], extra_compile_args=["-O2", "-g0"], optional=True)],
        language_level=3,
    ),
)
