"""PROMPT on the command line: in words, what is to be drawn."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from dcode.generation.request import MAX_PROMPT


def prompt_argument() -> Callable[[Any], Any]:
    """The argument, as `prompt`, without blanks around it. One that nobody could draw is bad usage."""
    return click.argument("prompt", callback=_drawable)


def _drawable(context: click.Context, parameter: click.Parameter, prompt: str) -> str:
    prompt = prompt.strip()
    if not prompt:
        raise click.UsageError("The prompt is empty: say what is to be drawn.", context)
    if len(prompt) > MAX_PROMPT:
        raise click.UsageError(f"The prompt has {len(prompt)} characters; {MAX_PROMPT} are the most.", context)
    return prompt
