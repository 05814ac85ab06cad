"""What Marlin 2.1 says: banner, capabilities, position. Texts as captured from bugfix-2.1.x."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

Three = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class MarlinBuild:
    """The options of a simulated Marlin; defaults are the example configuration's.

    emergency_parser: M108, M112, M410 and M876 act as they come in, not when the queue gets to them.
    advanced_ok: acks tell line number and room: "ok N6 P0 B3".
    host_actions: "//action:" lines and the host's dialogue for M0.
    position_reports: M154 (auto report), M114 R, and S000, P000, R000 where the emergency parser hears them.
    waits_for_user: M0 and M1 are known. Without the emergency parser nothing then ends the wait but their own P or S.
    slowdown: blocks are stretched while the queue runs low. The example configuration switches it on, and the measured
        board does not do it: its circles of 0.25 and 0.5 mm pieces take as long as those of 1 mm, to the millisecond,
        where it would cost 0.08 and 0.04 s at the start (bench_marlin.txt, span).
    build_date, build_time: when it was compiled, as it tells.
    """

    emergency_parser: bool = False
    advanced_ok: bool = False
    host_actions: bool = False
    position_reports: bool = False
    waits_for_user: bool = True
    slowdown: bool = False
    build_date: str = "Nov 22 2026"
    build_time: str = "23:45:52"


def settings_loaded(stored: str | None) -> str:
    """Where settings came from; `stored`: size and checksum of what M500 has kept, None for the built-in ones."""
    if stored is None:
        return "echo:Hardcoded Default Settings Loaded\n"
    return f"echo:V90 stored settings retrieved ({stored})\n"


def banner(build: MarlinBuild, stored: str | None) -> list[str]:
    """What is said at power-on. `stored`: see settings_loaded."""
    free = 5541 if build.emergency_parser else 5563
    lines = [
        "start",
        "Marlin bugfix-2.1.x",
        "echo: Last Updated: 2025-03-12 | Author: (Marginally Clever, Makelangelo)",
        f"echo: Compiled: {build.build_date}",
        f"echo: Free Memory: {free}  PlannerBufferBytes: 1200",
    ]
    if stored is None:
        lines.append("echo:EEPROM version mismatch (EEPROM=? Marlin=V90)")
        if build.host_actions:
            lines += [
                "//action:notification Err: EEPROM Version",
                "//action:notification Hardcoded Default Settings Loaded",
            ]
    lines.append(settings_loaded(stored).rstrip())
    if build.host_actions:
        lines.append("//action:prompt_end")
    return [line + "\n" for line in lines]


def capabilities(build: MarlinBuild) -> list[str]:
    """M115."""
    name = (
        f"FIRMWARE_NAME:Marlin bugfix-2.1.x ({build.build_date} {build.build_time}) "
        "SOURCE_CODE_URL:github.com/MarlinFirmware/Marlin PROTOCOL_VERSION:1.0 MACHINE_TYPE:Polargraph "
        "KINEMATICS:POLARGRAPH EXTRUDER_COUNT:0 UUID:cede2a2f-41a2-4748-9b12-c55c62f367ff"
    )
    has = {
        "SERIAL_XON_XOFF": False,
        "BINARY_FILE_TRANSFER": False,
        "EEPROM": True,
        "VOLUMETRIC": False,
        "AUTOREPORT_POS": build.position_reports,
        "AUTOREPORT_TEMP": False,
        "PROGRESS": False,
        "PRINT_JOB": True,
        "AUTOLEVEL": False,
        "RUNOUT": False,
        "Z_PROBE": False,
        "LEVELING_DATA": False,
        "BUILD_PERCENT": False,
        "SOFTWARE_POWER": False,
        "TOGGLE_LIGHTS": False,
        "CASE_LIGHT_BRIGHTNESS": False,
        "EMERGENCY_PARSER": build.emergency_parser,
        "HOST_ACTION_COMMANDS": build.host_actions,
        "PROMPT_SUPPORT": build.host_actions,
        "SDCARD": False,
        "REPEAT": False,
        "SD_WRITE": False,
        "AUTOREPORT_SD_STATUS": False,
        "LONG_FILENAME": False,
        "LFN_WRITE": False,
        "CUSTOM_FIRMWARE_UPLOAD": False,
        "EXTENDED_M20": False,
        "THERMAL_PROTECTION": True,
        "MOTION_MODES": False,
        "ARCS": True,
        "BABYSTEPPING": False,
        "EP_BABYSTEP": False,
        "CHAMBER_TEMPERATURE": False,
        "COOLER_TEMPERATURE": False,
        "MEATPACK": False,
        "CONFIG_EXPORT": False,
    }
    return [name + "\n", *(f"Cap:{key}:{int(value)}\n" for key, value in has.items())]


def position(logical: Three, count: Sequence[int]) -> str:
    """M114: the logical position in mm, and the belts (and z) in steps."""
    x, y, z = logical
    return f"X:{x:.2f} Y:{y:.2f} Z:{z:.2f} Count X:{count[0]} Y:{count[1]} Z:{count[2]}\n"
