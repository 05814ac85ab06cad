"""Text from outside that steers no terminal."""

from __future__ import annotations


def printable(text: str) -> str:
    """Text from outside (a file's name, a firmware's reply) without characters that would steer the terminal."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() or char == "\n" else _escape(char) for char in text)


def _escape(char: str) -> str:
    return "\t" if char == "\t" else char.encode("unicode_escape").decode("ascii")
