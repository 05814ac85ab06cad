"""Colours. Two themes of dcode's own, Textual's, the terminal's 16; and which one was chosen last.

Nothing is said by colour alone, so that any of them will do, and none (NO_COLOR).
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from textual.theme import BUILTIN_THEMES, Theme

from dcode.errors import ConfigError
from dcode.tables import nearest
from dcode.tui.remembered import recalled, remember

DARK: Final = Theme(
    name="dcode-dark",
    primary="#5f9fd8",
    secondary="#7f8c9a",
    accent="#ff9e3d",  # the pen
    warning="#e8c14a",
    error="#f0706a",
    success="#6fc28c",
    foreground="#e6e3dc",
    background="#16181b",
    surface="#1d2024",
    panel="#272b30",
    variables={"border": "#7ab8f0", "border-blurred": "#767c84", "footer-key-foreground": "#7ab8f0"},
)
LIGHT: Final = Theme(
    name="dcode-light",
    primary="#1f5f99",
    secondary="#5c6670",
    accent="#b34700",
    warning="#8a6100",
    error="#b3261e",
    success="#1f7a3d",
    foreground="#1b1d20",
    background="#fbfaf6",
    surface="#f2f0ea",
    panel="#e4e1d8",
    dark=False,
    variables={"border": "#1f5f99", "border-blurred": "#85817a", "footer-key-foreground": "#1f5f99"},
)
# The terminal's own colours. Textual's panes without the focus have borders that a black screen swallows.
ANSI: Final = tuple(
    replace(theme, variables={**theme.variables, "border-blurred": "ansi_default", "border": theme.primary})
    for theme in (BUILTIN_THEMES["ansi-dark"], BUILTIN_THEMES["ansi-light"])
)
OWN: Final = (DARK, LIGHT, *ANSI)
DEFAULT: Final = DARK.name
_MANY_COLOURS: Final = ("256color", "direct", "kitty", "ghostty", "alacritty", "wezterm")  # ends of TERM


def names() -> list[str]:
    """All themes, dcode's own first."""
    return list(dict.fromkeys([*(theme.name for theme in OWN), *BUILTIN_THEMES]))


def default_for(environment: Mapping[str, str]) -> str:
    """What is shown when nobody has said anything: dcode-dark, and on a terminal of 16 colours these."""
    many = environment.get("COLORTERM") in ("truecolor", "24bit") or environment.get("TERM", "").endswith(_MANY_COLOURS)
    return DEFAULT if many else ANSI[0].name


def theme_of(setting: str, source: str, state_dir: Path) -> str:
    """The theme to begin with: the one chosen last, as long as the setting is the same as then; else the setting.

    Nothing set and nothing chosen: the default for this terminal.
    Raises ConfigError for a setting that no theme has for its name.
    """
    if setting and setting not in names():
        raise ConfigError(
            f"there is no theme {setting!r}.",
            file=source,
            key="tui.theme",
            value=setting,
            nearest=nearest(setting, names()),
        )
    kept = recalled(state_dir)
    chosen = kept.get("theme") if kept.get("theme_setting") == setting else None
    return str(chosen) if chosen in names() else setting or default_for(os.environ)


def remember_theme(state_dir: Path, theme: str, setting: str) -> None:
    """For the next time. Raises ConfigError or OSError where there is no place to keep it."""
    remember(state_dir, theme=theme, theme_setting=setting)
