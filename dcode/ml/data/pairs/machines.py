"""A function over many pictures by a cluster, with Ray Data (`pip install dcode[ray]`)."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Final, TypeVar

from dcode.errors import ConfigError

Result = TypeVar("Result")

_RETRIES: Final = 2  # of a picture whose process died; without a number, Ray tries for ever


def by_machines(
    function: Callable[[Path], Result], paths: Iterable[Path], address: str = ""
) -> Iterator[tuple[Path, Result | None]]:
    """As by_processes, on the cluster at an address; "": the one that RAY_ADDRESS names, or this computer alone.

    The pictures are read where they are worked on: their folder must be there under the same path on every machine.
    What is made of them comes back here and is written here. Raises ConfigError where Ray is not installed.
    """
    try:
        import ray
        import ray.data
    except ImportError as error:
        raise ConfigError("--ray needs Ray: pip install 'dcode[ray]'", key="--ray") from error
    files = [path.resolve() for path in paths]
    if not files:
        return
    if not ray.is_initialized():
        ray.init(address=address or None, log_to_driver=False)
    context: Any = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    context.max_errored_blocks = -1  # a machine that dies over a picture, again and again, loses that picture

    def work(row: dict[str, Any]) -> dict[str, Any]:
        return {"number": row["number"], "made": pickle.dumps(function(Path(row["path"])))}

    rows = [{"number": number, "path": str(path)} for number, path in enumerate(files)]
    missing = dict(enumerate(files))
    # A block to a picture: one takes a second, and a block is what is lost and done again.
    dataset = ray.data.from_items(rows, override_num_blocks=len(rows)).map(work, max_retries=_RETRIES)
    for row in dataset.iter_rows():
        # Of the function above, by Ray, which pickles whatever it carries: nothing here is from a file or a stranger.
        yield missing.pop(int(row["number"])), pickle.loads(row["made"])
    for path in missing.values():
        yield path, None
