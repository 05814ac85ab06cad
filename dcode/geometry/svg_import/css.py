"""Style sheets in the file: type, class, id and attribute selectors, combined, as descendants or as children.

Rules with anything beyond that (pseudo-classes, siblings) and at-rules are passed over; `ignored` counts them.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import Final

from dcode.errors import DrawingError
from dcode.geometry.svg_import.tree import Element

MOST_SELECTORS: Final = 10_000
MOST_TRIES: Final = 20_000_000  # of a rule on an element: about ten seconds

_COMMENT: Final = re.compile(r"/\*.*?(?:\*/|\Z)|<!--|-->", re.DOTALL)
_NAME: Final = r"[-\w]+"
_SIMPLE: Final = re.compile(
    rf"(?P<type>{_NAME}|\*)|\.(?P<class>{_NAME})|#(?P<id>{_NAME})"
    rf"|\[(?P<attribute>[-\w:]+)(?:=[\"']?(?P<value>[^\"'\]]*)[\"']?)?\]"
)

Declarations = dict[str, str]


@dataclass(frozen=True, slots=True)
class _Compound:
    """What one element must be: `.pen.red` or `g#roof`."""

    type: str
    classes: frozenset[str]
    id: str
    attributes: tuple[tuple[str, str | None], ...]

    def matches(self, element: Element) -> bool:
        own = element.attributes
        return (
            self.type in ("*", element.tag)
            and (not self.id or own.get("id") == self.id)
            and (not self.classes or self.classes <= set(own.get("class", "").split()))
            and all(own.get(name) == value if value is not None else name in own for name, value in self.attributes)
        )


@dataclass(frozen=True, slots=True)
class _Rule:
    """`parts` from the element itself outwards; `child[i]` whether parts[i] is the child of parts[i + 1]."""

    parts: tuple[_Compound, ...]
    child: tuple[bool, ...]
    rank: tuple[int, int, int, int]  # ids, classes, types, place in the file
    declarations: Declarations
    important: Declarations

    def matches(self, element: Element) -> bool:
        if not self.parts[0].matches(element):
            return False
        above: Element | None = element.parent
        for part, child in zip(self.parts[1:], self.child, strict=True):
            while above is not None and not part.matches(above):
                if child:
                    return False
                above = above.parent
            if above is None:
                return False
            above = above.parent
        return True


class StyleSheet:
    """All rules of a file; `declared(element)` is what they say of an element."""

    def __init__(self) -> None:
        self.ignored = 0
        self._rules: dict[str, list[_Rule]] = defaultdict(list)  # by what an element must have, at least
        self._count = self._tried = 0

    def __bool__(self) -> bool:
        return self._count > 0

    def add(self, text: str) -> None:
        """Reads one <style>. Raises DrawingError for more selectors than MOST_SELECTORS."""
        for selectors, body in _blocks(_COMMENT.sub(" ", text)):
            if selectors.startswith("@"):
                self.ignored += 1
                continue
            plain, important = declarations(body)
            for selector in selectors.split(","):
                self._add(selector, plain, important)

    def _add(self, selector: str, plain: Declarations, important: Declarations) -> None:
        self._count += 1
        if self._count > MOST_SELECTORS:
            raise DrawingError(f"more than {MOST_SELECTORS} style rules", element="style", limit=MOST_SELECTORS)
        parsed = _parsed(selector)
        if parsed is None:
            self.ignored += 1
            return
        parts, child = parsed
        ids = sum(bool(part.id) for part in parts)
        classes = sum(len(part.classes) + len(part.attributes) for part in parts)
        types = sum(part.type != "*" for part in parts)
        rule = _Rule(parts, child, (ids, classes, types, self._count), plain, important)
        last = parts[0]
        key = f"#{last.id}" if last.id else f".{min(last.classes)}" if last.classes else last.type
        self._rules[key].append(rule)

    def declared(self, element: Element) -> tuple[Declarations, Declarations]:
        """What the rules say of the element, and what they say is !important."""
        own = element.attributes
        keys = [element.tag, "*", *(f".{name}" for name in own.get("class", "").split())]
        if "id" in own:
            keys.append(f"#{own['id']}")
        candidates = [rule for key in keys for rule in self._rules.get(key, ())]
        self._tried += len(candidates)
        if self._tried > MOST_TRIES:
            raise element.error("too many style rules for so many elements", MOST_TRIES)
        found = [rule for rule in candidates if rule.matches(element)]
        plain, important = Declarations(), Declarations()
        for rule in sorted(found, key=lambda rule: rule.rank):
            plain.update(rule.declarations)
            important.update(rule.important)
        return plain, important


def declarations(text: str) -> tuple[Declarations, Declarations]:
    """What is between the braces of a rule, or in a `style` attribute: properties in lower case, and the !important."""
    plain, important = Declarations(), Declarations()
    for part in text.split(";"):
        name, colon, value = part.partition(":")
        if colon:
            value, bang, word = value.partition("!")
            target = important if bang and word.strip().lower() == "important" else plain
            target[name.strip().lower()] = value.strip()
    return plain, important


def _blocks(text: str) -> list[tuple[str, str]]:
    """Selector and body of each rule; an at-rule with its block, whatever is in it, as one."""
    found, position = [], 0
    while (brace := text.find("{", position)) >= 0:
        selector = text[position:brace].strip()
        if selector.startswith("@") and (semicolon := text.find(";", position, brace)) >= 0:
            position = semicolon + 1  # @import and @charset have no block
            continue
        depth, end = 1, brace + 1
        while depth and (mark := _BRACE.search(text, end)) is not None:
            depth += 1 if mark[0] == "{" else -1
            end = mark.end()
        found.append((selector, text[brace + 1 : end - 1 if not depth else len(text)]))
        if depth:
            break
        position = end
    return found


_BRACE: Final = re.compile(r"[{}]")


def _parsed(selector: str) -> tuple[tuple[_Compound, ...], tuple[bool, ...]] | None:
    """The compounds from the last to the first, and how they hang together; None for what is not understood."""
    parts, child, joined = list[_Compound](), list[bool](), False
    for word in selector.replace(">", " > ").split():
        if word == ">":
            if not parts or joined:
                return None
            joined = True
            continue
        compound = _compound(word)
        if compound is None:
            return None
        if parts:
            child.append(joined)
        parts.append(compound)
        joined = False
    if not parts or joined:
        return None
    return tuple(reversed(parts)), tuple(reversed(child))


def _compound(word: str) -> _Compound | None:
    kind, classes, identity, attributes, position = "*", set[str](), "", list[tuple[str, str | None]](), 0
    while position < len(word):
        match = _SIMPLE.match(word, position)
        if match is None or (match["type"] and position):
            return None
        kind, identity = match["type"] or kind, match["id"] or identity
        if match["class"]:
            classes.add(match["class"])
        if match["attribute"]:
            attributes.append((match["attribute"], match["value"]))
        position = match.end()
    return _Compound(kind, frozenset(classes), identity, tuple(attributes))
