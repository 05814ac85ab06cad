"""Many machines by Ray: the same as processes. Without Ray, what to install is said."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

import pytest

from dcode.errors import ConfigError
from dcode.ml.data.pairs.convert import convert_file
from dcode.ml.data.pairs.machines import by_machines
from tests.unit.ml.data.pairs.drawn import draw_shapes, settings


def test_without_ray_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(ConfigError, match=r"pip install 'dcode\[ray\]'"):
        list(by_machines(len, [Path("a.png")]))  # type: ignore[arg-type]


@pytest.mark.filterwarnings("ignore")
def test_a_cluster_gives_what_one_process_gives(tmp_path: Path) -> None:
    """Runs where Ray is installed, on a cluster of this machine alone."""
    ray = pytest.importorskip("ray")
    paths = [draw_shapes(tmp_path / f"{number}.png", number) for number in range(3)]
    work = partial(convert_file, settings=settings("trace", tokens=256))
    try:
        found = dict(by_machines(work, paths, "local"))
    finally:
        ray.shutdown()
    assert found == {path: work(path) for path in paths}
