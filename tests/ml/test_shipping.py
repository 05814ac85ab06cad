"""From which score on a stroke model draws itself, and the file that says so."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dcode.generation.sketch.stroke_config import FORMAT, VERSION, StrokeConfig
from dcode.generation.sketch.weights import read_weights
from dcode.ml.evaluate.shipping import best_threshold, with_config
from dcode.ml.stroke_decoder import StrokeDecoder
from dcode.ml.train.export import write_model


@pytest.mark.parametrize(
    ("own", "instead", "score", "together", "kept"),
    [
        ([0, 0, 1, 1], [0.5, 0.5, 0.5, 0.5], 0.3, 0.75, 0.5),  # the library draws those that would not be recognised
        ([1, 1, 1, 1], [0.5, 0.5, 0.5, 0.5], 0.1, 1.0, 1.0),
        ([0, 0, 0, 0], [0.5, 0.5, 0.5, 0.5], np.nextafter(0.4, 1), 0.5, 0.0),
        ([0, 0, 0, 1], [0.0, 0.0, 0.0, 0.0], 0.1, 0.25, 1.0),  # nobody does it better: the model draws all
        ([0, 1, 1, 1], [0.0, 0.0, 1.0, 1.0], 0.1, 0.75, 1.0),  # what scores least the library draws no better
    ],
)
def test_with_the_threshold_most_are_recognised(
    own: list[int], instead: list[float], score: float, together: float, kept: float
) -> None:
    scores, order = np.array([0.1, 0.2, 0.3, 0.4]), [2, 0, 3, 1]
    found = best_threshold(scores[order], np.array(own, dtype=bool)[order], np.array(instead)[order])
    assert (found.score, found.together, found.kept) == (score, together, kept)
    assert found.library == np.mean(instead)


def test_drawings_of_one_score_are_kept_or_left_out_together() -> None:
    """The lower one of the two first would be better left to the library by itself."""
    found = best_threshold(np.array([0.1, 0.1, 0.2]), np.array([False, True, True]), np.array([1.0, 0.5, 0.0]))
    assert (found.score, found.together) == (0.2, pytest.approx(2.5 / 3))


def test_what_was_found_is_in_the_file_beside_the_weights(tmp_path: Path) -> None:
    config = StrokeConfig(width=16, layers=1, heads=2, text_size=8, memory_tokens=2, neighbour_events=16)
    write_model(tmp_path / "a.safetensors", StrokeDecoder(config), {"name": "small"})
    with_config(tmp_path / "a.safetensors", tmp_path / "b.safetensors", thresholds={"recogniser": 0.25})
    before, after = (read_weights(tmp_path / f"{name}.safetensors", FORMAT, VERSION) for name in "ab")
    assert after.config == {**before.config, "thresholds": {"recogniser": 0.25}}
    assert after.tensors.keys() == before.tensors.keys()
    assert all((after.tensors[name] == before.tensors[name]).all() for name in after.tensors)
