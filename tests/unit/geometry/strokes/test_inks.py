from __future__ import annotations

from itertools import product

import numpy as np
import numpy.typing as npt
import pytest

from dcode.errors import ConfigError
from dcode.geometry.bounds import Bounds
from dcode.geometry.mixing import ROOTS, lab_of, mixed, rgb_of, roots_of, srgb_of
from dcode.geometry.strokes.ink_fit import BlackUse
from dcode.geometry.strokes.inks import BLACK, SETS, Ink, Way, inks_of, palette, separate
from dcode.geometry.strokes.picture import Picture, picture_of

SHEET = Bounds(-100, 100, 100, -100)

# The 24 patches of the ColorChecker in sRGB, as its maker published them.
CHECKER = bytes.fromhex(
    "735244c29682627a9d576c438580b167bdaad67e2c505ba6c15a635e3c6c9dbc40e0a32e383d96469449af363ce7c71fbb56950885a1"
    "f3f3f2c8c8c8a0a0a07a7a79555555343434"
)


def pictured(colours: npt.ArrayLike) -> Picture:
    """Colours, shape (n, 3), as a picture of one row."""
    return picture_of(np.asarray(colours, dtype=np.uint8)[None], SHEET)


CHECKS = pictured(np.frombuffer(CHECKER, dtype=np.uint8).reshape(-1, 3))


def recombined(separated: list[tuple[Ink, Picture]]) -> npt.NDArray[np.float32]:
    return mixed([(ink.colour, picture.darkness) for ink, picture in separated])


def differences(separated: list[tuple[Ink, Picture]], picture: Picture) -> npt.NDArray[np.float64]:
    """How far the inks over each other are from each pixel of the picture, in CIE Lab."""
    assert picture.colours is not None
    return np.linalg.norm(lab_of(recombined(separated)) - lab_of(roots_of(picture.colours)), axis=-1)


def by_the_book(picture: Picture) -> list[tuple[Ink, Picture]]:
    """Cyan, magenta, yellow and black as if the inks were ideal and sRGB values were shares of ink."""
    assert picture.colours is not None
    lack = 1 - picture.colours.astype(np.float32) / 255
    black = lack.min(axis=-1)
    planes = [(lack[..., channel] - black) / np.maximum(1 - black, 1e-6) for channel in range(3)] + [black]
    return [(ink, Picture(plane, picture.frame)) for ink, plane in zip(SETS["cmyk"], planes, strict=True)]


def test_mixing_is_the_sum_over_all_overprints():
    # Demichel's shares and Neugebauer's sum, overprint by overprint, against the product that they come to.
    inks, shares = ["#00a0e0", "#e4007f", "#fff000"], np.array([0.2, 0.55, 0.9], dtype=np.float32)
    films = np.stack([roots_of(rgb_of(ink)) for ink in inks])
    expected = np.zeros(3)
    for over in product((False, True), repeat=3):
        share = np.prod(np.where(over, shares, 1 - shares))
        expected += share * np.prod(np.where(np.array(over)[:, None], films, 1.0), axis=0)
    assert mixed(list(zip(inks, shares, strict=True))) == pytest.approx(expected, abs=1e-6)


def test_srgb_comes_back_from_its_roots():
    assert srgb_of(ROOTS).tolist() == list(range(256))


def test_lab_is_that_of_the_standard():
    lab = lab_of(roots_of(np.array([[255, 255, 255], [255, 0, 0], [0, 0, 255], [119, 119, 119]], dtype=np.uint8)))
    expected = [(100, 0, 0), (53.23, 80.11, 67.22), (32.30, 79.20, -107.86), (50.03, 0, 0)]
    assert lab == pytest.approx(np.array(expected), abs=0.05)


@pytest.mark.parametrize(
    ("inks", "mean", "worst"),
    # Red, green and blue pens make no yellow, no cyan and no magenta; of many pens there are many mixtures.
    [
        ("cmyk", 0.2, 0.5),
        ("cmy", 0.2, 0.5),
        ("rgb", 9.0, 60.0),
        ("#000000,#e4007f,#00a0e0,#fff000,#008000", 0.2, 0.5),
        ("#000000,#e4007f,#00a0e0,#fff000,#ff8000,#008000,#6020a0,#804000", 0.3, 2.0),
    ],
)
def test_inks_over_each_other_give_the_colours_of_the_picture(inks: str, mean: float, worst: float):
    off = differences(separate(CHECKS, inks_of(inks)), CHECKS)
    assert off.mean() < mean
    assert off.max() < worst


def test_it_is_far_nearer_than_the_formula_for_ideal_inks():
    ours = differences(separate(CHECKS, SETS["cmyk"]), CHECKS)
    assert ours.mean() < differences(by_the_book(CHECKS), CHECKS).mean() / 20


def test_colours_that_the_inks_can_make_come_back():
    shares = np.random.default_rng(5).random((300, 3), dtype=np.float32)
    made = mixed([(ink.colour, share) for ink, share in zip(SETS["cmy"], shares.T, strict=True)])
    picture = pictured(srgb_of(made))
    off = differences(separate(picture, SETS["cmy"]), picture)
    assert off.mean() < 0.4
    assert off.max() < 2.0


def test_strokes_at_random_that_cover_the_shares_have_the_colour():
    # Not the formula but the thing: every ink falls on 40,000 places by chance, and what is seen is their mean.
    chance = np.random.default_rng(6)
    separated = separate(CHECKS, SETS["cmyk"])
    light = np.ones((40_000, 24, 3))
    for ink, picture in separated:
        covered = chance.random((40_000, 24)) < picture.darkness[0]
        light *= np.where(covered[..., None], roots_of(rgb_of(ink.colour)), 1.0)
    off = np.linalg.norm(lab_of(light.mean(axis=0)) - lab_of(recombined(separated)[0]), axis=-1)
    assert off.max() < 1.5


def test_one_black_pen_draws_the_picture():
    ramp = np.repeat(np.arange(256, dtype=np.uint8)[:, None], 3, axis=1)
    picture = pictured(ramp)
    ((_, only),) = separate(picture, [BLACK])
    assert np.abs(only.darkness - picture.darkness).max() < 0.04  # a root of light is that near to an sRGB value
    assert only.frame == picture.frame and only.colours is None


def test_a_picture_without_colours_is_grey():
    tones = np.linspace(0, 1, 11, dtype=np.float32)[None]
    *coloured, (_, black) = separate(Picture(tones, SHEET), SETS["cmyk"])
    assert np.abs(black.darkness - tones).max() < 0.04
    assert max(picture.darkness.max() for _, picture in coloured) < 0.005


def test_white_stays_paper_and_black_is_one_ink():
    separated = separate(pictured([[255, 255, 255], [0, 0, 0]]), SETS["cmyk"])
    white, black = zip(*(picture.darkness[0].tolist() for _, picture in separated), strict=True)
    assert white == (0, 0, 0, 0)
    assert black == pytest.approx((0, 0, 0, 1), abs=0.01)


def test_black_replaces_as_much_grey_as_is_asked_for():
    used = {}
    for black in (BlackUse(), BlackUse(share=0.5), BlackUse(share=0.0)):
        separated = separate(CHECKS, SETS["cmyk"], black=black)
        assert differences(separated, CHECKS).mean() < 0.3  # and the colours stay
        used[black.share] = [float(picture.darkness.sum()) for _, picture in separated]
    assert used[1.0][3] > 1.5 * used[0.5][3] > 1.5 * used[0.0][3]
    assert sum(used[1.0]) < sum(used[0.5]) < sum(used[0.0])  # and all in all it saves ink


def test_black_that_begins_in_the_shadows_leaves_light_colours_alone():
    grey = pictured([[200, 200, 200], [60, 60, 60]])
    *_, (_, black) = separate(grey, SETS["cmyk"], black=BlackUse(begin=0.5))
    light, dark = black.darkness[0].tolist()
    assert light < 0.01 and dark > 0.4


def test_nearest_gives_every_pixel_one_pen():
    reds = [[200 + i, 40 + i, 30] for i in range(20)]
    blues = [[30, 60 + i, 200] for i in range(20)]
    whites = [[255, 255, 255]]
    separated = separate(pictured(reds + blues + whites), palette(["#000000", "#d03020", "#2040c0"]), Way.NEAREST)
    tones = np.stack([picture.darkness[0] for _, picture in separated])
    assert (np.count_nonzero(tones, axis=0) <= 1).all()
    assert (tones[1, :20] > 0.8).all() and (tones[2, 20:40] > 0.7).all() and (tones[:, 40] == 0).all()


def test_no_start_by_chance_finds_a_much_better_mixture():
    # The least squares are not convex: shares tried at random, the best of 20,000, may not be much nearer.
    inks = palette(["#000000", "#ff0000", "#0000ff", "#00a000", "#ffe000"])
    picture = pictured(np.random.default_rng(8).integers(0, 256, (40, 3)))
    assert picture.colours is not None
    tried = np.random.default_rng(9).random((20_000, len(inks)), dtype=np.float32) ** 2
    made = lab_of(mixed([(ink.colour, share) for ink, share in zip(inks, tried.T, strict=True)]))
    best = [np.linalg.norm(made - lab, axis=1).min() for lab in lab_of(roots_of(picture.colours[0]))]
    assert (differences(separate(picture, inks), picture)[0] < np.array(best) + 5).all()


def test_shares_are_between_none_and_all_and_change_smoothly():
    ramp = np.stack([np.arange(256), np.arange(256) // 2 + 90, 255 - np.arange(256)], axis=1)
    for _, picture in separate(pictured(ramp), SETS["cmyk"]):
        assert picture.darkness.min() >= 0 and picture.darkness.max() <= 1
        assert np.abs(np.diff(picture.darkness[0])).max() < 0.06


def test_screens_have_the_angles_of_four_colour_print():
    assert [(ink.name, ink.angle) for ink in SETS["cmyk"]] == [
        ("cyan", 15),
        ("magenta", 75),
        ("yellow", 0),
        ("black", 45),
    ]


def test_a_palette_has_an_angle_for_each_pen_and_the_darkest_at_45_degrees():
    pens = palette(["#ffff00", "#000000", "#ff0000"])
    assert [(pen.colour, pen.angle) for pen in pens] == [("#ffff00", 165), ("#000000", 45), ("#ff0000", 105)]


def test_pens_may_be_called_by_short_colours_and_names():
    assert [(pen.name, pen.colour) for pen in inks_of("#d00, navy")] == [("#d00", "#dd0000"), ("navy", "#000080")]


@pytest.mark.parametrize("text", ["#12345", "reddish", "#gggggg", "", "#000000,"])
def test_what_is_no_colour_is_refused(text: str):
    with pytest.raises(ConfigError, match="rrggbb"):
        inks_of(text)


def test_no_inks_are_refused():
    with pytest.raises(ConfigError, match="at least one"):
        separate(CHECKS, [])
