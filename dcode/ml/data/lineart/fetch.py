"""Packages brought into a folder by the ordinary clients: npm, apt-get, pip. What is there is not fetched again."""

from __future__ import annotations

import io
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

from dcode.errors import ConfigError


def npm_package(name: str, version: str, cache: Path) -> Path:
    """The folder of an unpacked npm package, by `npm pack`."""
    stem = f"{name.replace('@', '').replace('/', '-')}-{version}"
    archive, folder = cache / "npm" / f"{stem}.tgz", cache / "x" / stem
    if not folder.is_dir():
        if not archive.is_file():
            _run(["npm", "pack", f"{name}@{version}", "--loglevel=error"], archive.parent)
        _unpack(archive.read_bytes(), folder, "package/")
    return folder


def debian_package(name: str, cache: Path) -> Path:
    """The folder of an unpacked Debian package, by `apt-get download`; its version is the distribution's."""
    folder = cache / "deb-x" / name
    if not folder.is_dir():
        place = cache / "deb"
        if not list(place.glob(f"{name}_*.deb")):
            _run(["apt-get", "download", name], place)
        folder.parent.mkdir(parents=True, exist_ok=True)
        _run(["dpkg-deb", "-x", str(next(place.glob(f"{name}_*.deb")).resolve()), str(folder.resolve())], place)
    return folder


def debian_version(name: str, cache: Path) -> str:
    """The version of a Debian package that was fetched."""
    archive = next((cache / "deb").glob(f"{name}_*.deb"), None)
    return "unknown" if archive is None else archive.name.split("_")[1].replace("%3a", ":")


def python_package(name: str, version: str, cache: Path) -> Path:
    """The folder of an unpacked wheel, by `pip download`; what it depends on is not fetched."""
    folder = cache / "whl-x" / f"{name}-{version}"
    if not folder.is_dir():
        place = cache / "pypi"
        pattern = f"{name.replace('-', '_')}-{version}-*.whl"
        if not list(place.glob(pattern)):
            _run([sys.executable, "-m", "pip", "download", "--no-deps", "--quiet", f"{name}=={version}"], place)
        with zipfile.ZipFile(next(place.glob(pattern))) as wheel:
            wheel.extractall(folder)
    return folder


def _run(command: Sequence[str], folder: Path) -> None:
    """A client in a folder. Raises ConfigError with what it said where it fails."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
    except FileNotFoundError as error:
        raise ConfigError(f"{command[0]} is needed to fetch the packages and is not installed") from error
    except subprocess.CalledProcessError as error:
        raise ConfigError(f"`{' '.join(command)}` failed: {error.stderr.strip()[-300:]}") from error


def _unpack(data: bytes, folder: Path, prefix: str) -> None:
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        members = [member for member in archive.getmembers() if member.isfile() and member.name.startswith(prefix)]
        for member in members:
            member.name = member.name.removeprefix(prefix)
        archive.extractall(folder, members, filter="data")
