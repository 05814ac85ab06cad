"""What the system says of a port, as our errors."""

from __future__ import annotations

import errno
from typing import Final

from dcode.errors import LinkError, PortGone

_GONE: Final = {errno.EIO, errno.ENODEV, errno.ENXIO, errno.EBADF, errno.EPIPE, errno.ECONNRESET}


def gone(name: str, error: OSError) -> LinkError:
    """For a port that was open."""
    if error.errno in _GONE:
        return PortGone(f"{name} went away ({reason(error)}).", port=name)
    return LinkError(f"{name}: {reason(error)}.", port=name)


def reason(error: OSError | ValueError) -> str:
    """In the middle of a sentence."""
    return (getattr(error, "strerror", None) or str(error)).rstrip(".")
