from __future__ import annotations

import numpy as np
import pytest

from dcode.geometry.bounds import Bounds
from dcode.geometry.braille import BLANK
from dcode.geometry.lines import Lines
from dcode.tui.path import Path
from dcode.tui.picture import LOOKS, Ground, Look, Picture, Progress
from dcode.tui.view import View

VIEW = View(10, 4, 0.0, 15.0, 1.0)  # a dot is a mm, and the lowest is at y 0
LINE = [(0.0, 15.0), (19.0, 15.0)]


def picture(path: Path | None = None, *, moves: bool = False, **ground: object) -> Picture:
    found = Picture(VIEW, Ground(**ground), moves=moves)
    if path:
        found.add(path, path.rows)
        found.tone()
    found.compose()
    return found


def text(found: Picture) -> list[str]:
    return ["".join(map(chr, line)).replace("⠀", " ").rstrip() for line in found.codes]


def looks(found: Picture, row: int = 0) -> list[Look]:
    return [Look(look % LOOKS) for look in found.looks[row].tolist()]


def drawn(path: Path, **progress: object) -> Picture:
    found = picture(path)
    found.compose(found.show(Progress(**progress)))
    return found


def halves() -> Path:
    """A line across the sheet in twenty pieces: TRAVEL, PEN_DOWN, then rows 2 to 20."""
    return Path.of(Lines.of([[(float(x), 15.0) for x in range(20)]]))


def test_ink_is_pending_until_it_is_drawn_and_between_while_it_is_with_the_machine() -> None:
    assert looks(picture(halves())) == [Look.PENDING] * 10
    found = drawn(halves(), executed=9, sent=13)
    assert looks(found) == [Look.DRAWN] * 4 + [Look.SENT] * 2 + [Look.PENDING] * 4
    assert text(found)[0] == "⠉" * 10


def test_what_is_drawn_hides_what_is_still_to_come_in_the_same_character() -> None:
    path = Path.of(Lines.of([[(0.0, 15.0), (1.0, 15.0)], [(0.0, 12.0), (1.0, 12.0)]]))
    assert text(picture(path))[0] == "⣉"
    assert text(drawn(path, executed=3, sent=3))[0] == "⠉"
    assert text(drawn(path, executed=3, sent=9))[0] == "⣉"
    assert looks(drawn(path, executed=3, sent=9))[0] == Look.SENT


def test_only_lines_that_look_different_are_told() -> None:
    path = Path.of(Lines.of([[(3.0, float(y)) for y in range(15, -1, -1)]]))
    found = picture(path)

    def rows(**progress: object) -> list[int]:
        return found.compose(found.show(Progress(**progress)))[:, 0].tolist()

    assert found.compose().tolist() == []
    assert rows(executed=4, sent=4) == [0]
    assert rows(executed=10, sent=10) == [0, 1, 2]
    assert rows(executed=10, sent=10, pen=(9.0, 1.0)) == [3]
    assert rows(executed=10, sent=10, pen=(9.0, 9.0)) == [1, 3]


def test_a_picture_that_is_kept_up_to_date_is_the_one_that_is_made_anew() -> None:
    chance = np.random.default_rng(3)
    path = Path.of(Lines.of(chance.uniform((-5, -5), (25, 20), (30, 6, 2))))
    kept = Picture(VIEW, Ground(Bounds(1, 18, 14, 1)), moves=True)
    kept.compose()
    for row in range(0, path.rows, 7):
        progress = Progress(row // 2, row // 2 + 5, path.place(row), pen_down=bool(row % 2))
        kept.compose(kept.add(path, row))
        kept.compose(kept.show(progress))
        anew = Picture(VIEW, Ground(Bounds(1, 18, 14, 1)), moves=True)
        anew.add(path, row)
        anew.show(progress)
        anew.compose()
        assert (kept.codes == anew.codes).all()
        assert (kept.looks == anew.looks).all()


@pytest.mark.parametrize(("down", "shape"), [(True, "◉"), (False, "○")])
def test_the_pen_has_a_shape_and_is_over_everything(down: bool, shape: str) -> None:
    found = drawn(halves(), executed=5, sent=5, pen=(9.0, 15.0), pen_down=down, cursor=(3.0, 15.0))
    assert text(found)[0] == f"⠉┼⠉⠉{shape}⠉⠉⠉⠉⠉"
    assert (looks(found)[1], looks(found)[4]) == (Look.CURSOR, Look.PEN)
    outside = drawn(halves(), pen=(300.0, 15.0))
    assert Look.PEN not in looks(outside)


def test_travels_are_dotted_and_under_the_ink() -> None:
    path = Path.of(Lines.of([LINE[:1], [(19.0, 15.0), (19.0, 0.0)], [(0.0, 0.0)]]))
    assert text(picture(path))[0] == "⠁        ⢸"
    found = picture(path, moves=True)
    assert set(looks(found)[1:9]) == {Look.TRAVEL, Look.GROUND}
    assert 4 < sum(bin(code - BLANK).count("1") for code in found.codes[0, 1:9].tolist()) < 9


def test_travels_leave_the_frame_as_it_is() -> None:
    path = Path.of(Lines.of([[(0.0, 10.0)], [(19.0, 3.0)], [(4.0, 15.0)]]))
    area = Bounds(0, 19, 15, 0)
    bare, found = picture(area=area), picture(path, moves=True, area=area)
    frame = (bare.looks == Look.FRAME) & (found.looks == Look.FRAME)
    assert frame.sum() > 20
    assert ((found.codes & bare.codes) == bare.codes)[frame].all()


def test_the_frame_of_the_area_and_stripes_where_nothing_can_be_reached() -> None:
    found = picture(area=Bounds(0, 19, 15, 0), unreachable=Lines.of([[(0, 15.6), (19.6, 15.6), (19.6, 8), (0, 8)]]))
    assert text(found)[0].startswith("⡏")
    assert set(looks(found, 0)) == {Look.FRAME}
    assert set(looks(found, 1)) == {Look.FRAME, Look.UNREACHABLE}
    assert looks(found, 3) == [Look.FRAME] * 10
    assert set(looks(found, 2)[1:9]) == {Look.GROUND}


def test_an_uncertain_stretch_is_over_the_ink_with_letters_at_its_ends() -> None:
    found = picture(halves(), uncertain=Lines.of([[(4.0, 15.0), (15.0, 15.0)]]))
    assert text(found)[0] == "⠉⠉A⠉⠉⠉⠉B⠉⠉"
    assert looks(found) == [Look.PENDING] * 2 + [Look.UNCERTAIN] * 6 + [Look.PENDING] * 2


def test_another_pen_draws_in_another_colour() -> None:
    found = Picture(VIEW, Ground(), moves=False)
    path = halves()
    found.colour([(0, 1), (11, 2)])
    found.add(path, path.rows)
    found.compose()
    assert (found.looks[0] // LOOKS).tolist() == [1] * 4 + [1] + [2] * 5


def test_where_much_ink_is_more_dots_are_shown() -> None:
    passes = [[(float(x), 15.0), (float(x), 0.0)] for x in range(20) for _ in range(1 + 6 * (x >= 10))]
    found = picture(Path.of(Lines.of(passes)))
    dots = [[bin(code - BLANK).count("1") for code in line] for line in found.codes.tolist()]
    assert {tuple(line) for line in dots} == {(4,) * 5 + (8,) * 5}


def test_ink_that_is_everywhere_alike_is_not_thinned() -> None:
    found = picture(Path.of(Lines.of([[(float(x), 15.0), (float(x), 0.0)] for x in range(20)])))
    assert set(found.codes.reshape(-1).tolist()) == {BLANK + 0xFF}


def test_nothing_is_seen_of_nothing() -> None:
    assert set(picture().codes.reshape(-1).tolist()) == {BLANK}
