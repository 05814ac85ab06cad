"""XML text to a tree of elements, by expat, within bounds.

Entities that are more than a few plain words (Illustrator so names its namespaces) are refused: they are how a small
file becomes an endless one, and how a file reads other files. Nothing else that expat does takes more time or memory
than the text is long.
"""

from __future__ import annotations

import re
import zlib
from typing import Final
from xml.parsers import expat

from dcode.errors import DrawingError

MOST_BYTES: Final = 64 * 1024 * 1024
MOST_ELEMENTS: Final = 500_000
DEEPEST: Final = 100  # each level takes a few Python frames to walk, and Python allows a thousand
MOST_ENTITIES: Final = 1000
LONGEST_ENTITY: Final = 256  # characters

SVG_SPACE: Final = "http://www.w3.org/2000/svg"
_PREFIXES: Final = {
    SVG_SPACE: "",
    "http://www.w3.org/1999/xlink": "xlink:",
    "http://www.inkscape.org/namespaces/inkscape": "inkscape:",
    "http://www.w3.org/XML/1998/namespace": "xml:",
}
_ENCODING: Final = re.compile(rb"<\?xml[^>]{0,200}encoding\s*=\s*[\"']([-\w.]{1,40})[\"']")
_SEVERAL_BYTES: Final = ("shift", "sjis", "euc-", "gb", "big5", "cp932", "cp936", "cp949", "cp950", "iso-2022")
_MARKUP: Final = frozenset("&<")
_WITH_TEXT: Final = frozenset({"text", "tspan", "textPath", "style", "a", "title"})


class Element:
    """An element of the file. `content` is its children and, in elements that show text, the text between them.

    Names are SVG's own, with xlink:, inkscape: or xml: before those; elements and attributes of other kinds are "?".
    """

    __slots__ = ("attributes", "content", "line", "parent", "tag")

    def __init__(self, tag: str, attributes: dict[str, str], parent: Element | None, line: int) -> None:
        self.tag, self.attributes, self.parent, self.line = tag, attributes, parent, line
        self.content: list[Element | str] = []

    @property
    def children(self) -> list[Element]:
        return [child for child in self.content if isinstance(child, Element)]

    @property
    def text(self) -> str:
        """The text directly in it."""
        return "".join(part for part in self.content if isinstance(part, str))

    def error(self, problem: str, limit: float | None = None) -> DrawingError:
        """What went wrong here."""
        identity = self.attributes.get("id", "")
        name = f"{self.tag}#{identity[:40]}" if identity else self.tag
        return DrawingError(problem, element=name, line=self.line, limit=limit)


def parse_tree(data: bytes) -> Element:
    """The root of the file, which is an <svg>; gzipped files (.svgz) are unpacked.

    Raises DrawingError for what is not well-formed, not SVG, declares such entities, or passes a bound.
    """
    return _Builder().build(_unpacked(data))


def _unpacked(data: bytes) -> bytes:
    if data[:2] == b"\x1f\x8b":
        unpacker = zlib.decompressobj(wbits=31)
        try:
            data = unpacker.decompress(data, MOST_BYTES + 1)
        except zlib.error as error:
            raise DrawingError(f"this compressed SVG cannot be unpacked: {error}") from error
        if not unpacker.eof and len(data) <= MOST_BYTES:
            raise DrawingError("this compressed SVG cannot be unpacked: it ends in the middle")
    if len(data) > MOST_BYTES:
        raise DrawingError(f"an SVG of more than {MOST_BYTES >> 20} MB is not read", limit=MOST_BYTES)
    return data


def _readable(data: bytes) -> bytes | str:
    """Text in one of the encodings of several bytes a letter that expat leaves to others, read as what it says it is.

    Raises LookupError and UnicodeDecodeError.
    """
    declared = _ENCODING.match(data)
    if declared is None:
        return data
    name = declared[1].decode().lower().replace("_", "-")
    return data.decode(name) if name.startswith(_SEVERAL_BYTES) else data


class _Builder:
    def __init__(self) -> None:
        self.root: Element | None = None
        self.open: list[Element] = []
        self.count = self.entities = self.references = 0
        self.names: dict[str, str] = {}
        # One space cannot be in a name: it parts the namespace from it.
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.characters
        self.parser.EntityDeclHandler = self.entity

    def build(self, data: bytes) -> Element:
        self.references = data.count(b"&")
        try:
            self.parser.Parse(_readable(data), True)
        except expat.ExpatError as error:
            problem = expat.ErrorString(error.code) or "not well-formed"
            raise DrawingError(f"this is not XML: {problem}", line=error.lineno, column=error.offset + 1) from error
        except (ValueError, LookupError) as error:  # an encoding that Python does not know
            raise DrawingError(f"this is not XML: {error}") from error
        if self.root is None or self.root.tag != "svg":
            raise DrawingError("this is XML, but not SVG", line=1)
        return self.root

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.count += 1
        line = self.parser.CurrentLineNumber
        parent = self.open[-1] if self.open else None
        for key in attributes:
            if " " in key:
                attributes = {self.short(key): value for key, value in attributes.items()}
                break
        element = Element(self.names.get(name) or self.short(name), attributes, parent, line)
        if self.count > MOST_ELEMENTS:
            raise element.error(f"more than {MOST_ELEMENTS} elements", MOST_ELEMENTS)
        if len(self.open) >= DEEPEST:
            raise element.error(f"more than {DEEPEST} elements one inside the other", DEEPEST)
        if parent is None:
            self.root = element
        else:
            parent.content.append(element)
        self.open.append(element)

    def end(self, _: str) -> None:
        self.open.pop()

    def characters(self, text: str) -> None:
        if self.open[-1].tag in _WITH_TEXT:
            self.open[-1].content.append(text)

    def entity(self, name: str, is_parameter: bool, value: str | None, *_: object) -> None:
        """Plain words may stand for themselves, as long as all of them together are no longer than a file may be."""
        self.entities += 1
        plain = not is_parameter and value is not None and not _MARKUP.intersection(value)
        few = self.entities <= MOST_ENTITIES and self.references * LONGEST_ENTITY <= MOST_BYTES
        if few and plain and len(value or "") <= LONGEST_ENTITY:
            return
        raise DrawingError(
            f"the file declares the entity {name[:40]!r}, and such entities are refused: save it anew as plain SVG",
            line=self.parser.CurrentLineNumber,
        )

    def short(self, name: str) -> str:
        """The name without its namespace."""
        space, _, local = name.rpartition(" ")
        short = _PREFIXES.get(space, "?" if space else "") + local
        if len(self.names) < MOST_ELEMENTS:
            self.names[name] = short
        return short
