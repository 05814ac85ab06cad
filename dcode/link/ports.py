"""Serial ports of this computer, named so that the name survives a replug."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

BY_ID: Final = Path("/dev/serial/by-id")
BY_PATH: Final = Path("/dev/serial/by-path")


@dataclass(frozen=True, slots=True)
class PortInfo:
    """One port: the kernel's name, the name to remember it by, and what the device says of itself."""

    device: str
    stable: str | None  # a link under /dev/serial, by-id before by-path; None on systems without them
    description: str
    vendor_id: int | None
    product_id: int | None
    serial_number: str | None


def list_ports() -> list[PortInfo]:
    """All ports, USB first, in the order of their names."""
    from serial.tools.list_ports import comports  # 30 ms that only this command pays

    found = [
        PortInfo(
            device=port.device,
            stable=stable_name(port.device),
            description=port.description or "",
            vendor_id=port.vid,
            product_id=port.pid,
            serial_number=port.serial_number,
        )
        for port in comports()
    ]
    return sorted(found, key=lambda port: (port.vendor_id is None, port.device))


def stable_name(device: str) -> str | None:
    """The link under /dev/serial that points at a device: by-id, else by-path (CH340 clones have no serial number)."""
    try:
        target = Path(device).resolve()
    except (OSError, ValueError):  # no name that a file can have
        return None
    for folder in (BY_ID, BY_PATH):
        if folder.is_dir():
            for link in sorted(folder.iterdir()):
                if link.resolve() == target:
                    return str(link)
    return None


def likely_port() -> str | None:
    """The one USB port there is, by its stable name; None when there is none or a choice to make."""
    usb = [port for port in list_ports() if port.vendor_id is not None]
    return (usb[0].stable or usb[0].device) if len(usb) == 1 else None
