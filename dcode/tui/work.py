"""Workers that are begun by a function: one that is ended before it began leaves no coroutine that nobody awaited."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from textual.dom import DOMNode
from textual.worker import Worker

Work = Callable[[], Coroutine[Any, Any, None]]


def begin(node: DOMNode, work: Work, group: str, *, exclusive: bool = False) -> Worker[None]:
    """Run it as a worker of `node`, which ends with it. `exclusive`: the one that is at work in the group is ended."""
    worker: Worker[None] = node.run_worker(work, group=group, exclusive=exclusive)
    return worker
