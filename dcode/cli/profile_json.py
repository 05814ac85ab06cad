"""A firmware's profile as JSON."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any


def profile_json(value: Any) -> Any:
    """A profile's values as JSON: patterns by their text, bytes as latin-1."""
    if is_dataclass(value):
        return {field.name: profile_json(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): profile_json(one) for key, one in value.items()}
    if isinstance(value, tuple):
        return [profile_json(one) for one in value]
    if isinstance(value, bytes):
        return value.decode("latin-1")
    return value.pattern if isinstance(value, re.Pattern) else value
