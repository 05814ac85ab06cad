"""A function over many things by all cores: one that takes its process down with it stops nobody else."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from multiprocessing import get_context, parent_process
from typing import Final, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

_AHEAD: Final = 2  # things handed over for each process: none waits, and few are done again after a death


def by_processes(
    function: Callable[[Item], Result], items: Iterable[Item], processes: int
) -> Iterator[tuple[Item, Result | None]]:
    """Each thing with what the function makes of it, as they come; None where its process died over it.

    When a process dies, those things that were being worked on are done again, each in a process of its own: so only
    the guilty one has no result.
    """
    todo = iter(items)
    while True:
        running = dict[Future[Result], Item]()
        pool = _pool(processes)
        try:
            yield from _until_broken(pool, function, todo, running, _AHEAD * processes)
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
        if not running:
            return
        for item in running.values():
            yield item, _alone(function, item)


def _until_broken(
    pool: ProcessPoolExecutor,
    function: Callable[[Item], Result],
    todo: Iterator[Item],
    running: dict[Future[Result], Item],
    ahead: int,
) -> Iterator[tuple[Item, Result]]:
    """Ends with `running` empty when all is done, or with what is in doubt when a process has died."""
    while True:
        for item in islice(todo, ahead - len(running)):
            try:
                running[pool.submit(function, item)] = item
            except BrokenProcessPool:
                running[Future()] = item
                return
        if not running:
            return
        done, _ = wait(running, return_when=FIRST_COMPLETED)
        for future in done:
            try:
                result = future.result()
            except BrokenProcessPool:
                return
            yield running.pop(future), result


def _alone(function: Callable[[Item], Result], item: Item) -> Result | None:
    with _pool(1) as pool:
        try:
            return pool.submit(function, item).result()
        except BrokenProcessPool:
            return None


def _pool(processes: int) -> ProcessPoolExecutor:
    # Spawned: a fork would take over locks that numpy's threads hold. One thread each: the cores are taken.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    return ProcessPoolExecutor(processes, mp_context=get_context("spawn"), initializer=_begin)


def _begin() -> None:
    """In a worker: a Ctrl-C is for the parent, and when that is killed, nobody waits for work for ever."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
