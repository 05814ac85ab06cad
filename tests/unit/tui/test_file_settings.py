"""What can be set about a file."""

from __future__ import annotations

from dcode.client.recognise import Kind
from dcode.tui.file_settings import by_itself, changed, file_settings, layers_of
from dcode.tui.how import How

MADE = {"layers": [{"name": "", "colour": "#ff0000", "pen": 1}, {"name": "sky", "colour": "#0000ff", "pen": 2}]}

ROWS = {"rows": {"name": "rows", "about": "row by row", "options": []}}


def ids(kind: Kind) -> list[str]:
    how = by_itself(kind, ROWS)
    return [one.id for one in file_settings(kind, how, "off", layers_of(kind, MADE), {}, ROWS)]


def test_only_what_means_something_for_a_file_is_offered() -> None:
    assert ids(Kind.GCODE) == ["place", "order", "audit"]
    assert ids(Kind.SVG) == ["place", "order", "layers", "audit", "pen:#ff0000", "pen:sky"]
    assert ids(Kind.PICTURE)[:3] == ["algorithm", "inks", "place"]


def test_a_pen_is_given_taken_away_and_forgotten_with_other_layers() -> None:
    how = changed(How(), "pen:sky", "2")
    assert how.pens == (("sky", 2),)
    assert changed(how, "pen:sky", "auto").pens == ()
    assert changed(how, "layers", "one").pens == ()
    assert changed(how, "place", "fit").pens == how.pens
