"""A byte pipe to a plotter, as one file descriptor that an event loop can watch."""

from __future__ import annotations

from typing import ClassVar, Protocol


class Transport(Protocol):
    """What a connection needs of a port. The descriptor is non-blocking; reads and writes may be short.

    `read` gives b"" only when nothing waits. Both raise PortGone once the other end is gone.
    """

    name: str
    adoptable: ClassVar[bool]  # whether another process can go on with a duplicate of the descriptor

    def fileno(self) -> int: ...

    def read(self) -> bytes: ...

    def write(self, data: bytes) -> int: ...

    def pulse_dtr(self) -> bool:
        """Reset the board by its DTR line; False where there is no such line."""
        ...

    def close(self) -> None: ...
