"""The parts of the build that pyproject.toml cannot say: the compiled scanner and the data beside the package."""

from Cython.Build import cythonize
from setuptools import Extension, find_packages, setup

# At the checkout's top level; in dcode/_data in a wheel.
FOLDERS = ["firmware_profiles", "configs", "configs/system", "examples"]
DATA = {f"dcode._data.{folder.replace('/', '.')}": folder for folder in FOLDERS}

setup(
    packages=[*find_packages(include=["dcode", "dcode.*"]), *DATA],
    package_dir=DATA,
    package_data={"": ["*.toml", "*.json", "*.gcode", "*.pyi", "py.typed", "*.service", "*.rules"]},
    exclude_package_data={"": ["*.c"]},
    # Optional: where no compiler is at hand the numpy scanner gives the same result, more slowly.
    ext_modules=cythonize(
        [Extension("dcode.gcode._scan", ["dcode/gcode/_scan.pyx"], extra_compile_args=["-O2", "-g0"], optional=True)],
        language_level=3,
    ),
)
