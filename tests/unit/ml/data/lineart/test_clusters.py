from __future__ import annotations

import numpy as np

from dcode.geometry.lines import Lines
from dcode.ml.data.lineart.build import without_repeats
from dcode.ml.data.lineart.clusters import ALIKE, near_pairs, pictures
from dcode.ml.data.lineart.pack import Drawing

HOUSE = [(0, 0), (0, 100), (50, 150), (100, 100), (100, 0), (0, 0)]
HOOK = [(0, 0), (0, 200), (90, 200), (90, 150)]


def lines(points, shift: float = 0.0, scale: float = 1.0) -> Lines:
    return Lines.of([np.array(points, dtype=float) * scale + shift])


def test_place_and_size_do_not_matter_but_shape_does():
    images = pictures([lines(HOUSE), lines(HOUSE, 30, 0.4), lines(HOOK)])
    assert images[0] @ images[1] > 0.99 and images[0] @ images[2] < 0.9


def test_a_mirror_image_is_a_near_duplicate():
    mirrored = lines([(-x, y) for x, y in HOOK])
    assert near_pairs(pictures([lines(HOOK), lines(HOUSE), mirrored]), ALIKE).tolist() == [[0, 2]]


def test_a_repeat_goes_and_leaves_its_words():
    told = []
    first = Drawing("lucide", "home", "home", (), lines(HOUSE))
    again = Drawing("tabler", "cabin", "cabin", (), lines(HOUSE, 3))
    kept = without_repeats([first, again, Drawing("tabler", "hook", "hook", (), lines(HOOK))], told.append)
    assert [drawing.name for drawing in kept] == ["home", "hook"]
    assert kept[0].tags == ("cabin",)
    assert "1 of them near-duplicates" in told[0]


def test_look_alikes_with_no_word_in_common_stay_in_one_cluster():
    wide = [(x * 1.03, y) for x, y in HOUSE]
    kept = without_repeats(
        [Drawing("a", "home", "home", (), lines(HOUSE)), Drawing("b", "barn", "barn", (), lines(wide))], lambda _: None
    )
    images = pictures([drawing.lines for drawing in kept])
    assert ALIKE < images[0] @ images[1] < 0.99
    assert len(kept) == 2 and kept[0].cluster == kept[1].cluster
