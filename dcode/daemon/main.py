"""Starting the daemon, and ending it."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import signal
from collections.abc import Mapping

from dcode.config import paths
from dcode.config.machine_file import load_machine
from dcode.config.paths import find_machine
from dcode.config.settings import Settings, load_settings
from dcode.daemon.lock import DaemonLock
from dcode.daemon.machine_desk import Setup
from dcode.daemon.notify import inherited
from dcode.daemon.service import Service
from dcode.daemon.supervision import PORT


def run(flags: Mapping[str, object]) -> None:
    """Be the daemon until it is stopped. `flags` are the settings given on the command line (dcode.config.settings).

    Raises ConfigError for bad settings or a bad machine file, MachineNotReady when another daemon holds the lock.
    """
    settings = load_settings(flags).settings
    _log_to_stderr(settings)
    machine_file = find_machine(settings.machine)
    load_machine(machine_file)  # what is wrong with it is said now, and not when somebody wants to plot
    state = paths.make_state_dir(paths.state_dir(settings.state_dir))
    lock = DaemonLock(state / "daemon.lock")
    lock.acquire()
    try:
        setup = Setup(
            state_dir=state,
            socket=paths.socket_path(state),
            machine_file=machine_file,
            port=settings.port,
            profile=settings.profile,
            sim_speed=settings.sim_speed,
            park=settings.park,
            generation=settings.generation,
        )
        asyncio.run(_serve(setup))
    finally:
        lock.release()


async def _serve(setup: Setup) -> None:
    service = Service(setup, inherited().get(PORT))
    loop = asyncio.get_running_loop()
    # SIGTERM is how a service manager restarts: what is being plotted goes on after it. Ctrl-C means the end.
    loop.add_signal_handler(signal.SIGTERM, lambda: service.end(goes_on=True))
    loop.add_signal_handler(signal.SIGINT, lambda: service.end(goes_on=False))
    loop.add_signal_handler(signal.SIGHUP, service.reload)  # and a terminal that closes is no reason to end
    gc.collect()
    gc.freeze()
    logging.info("pid %d serves %s", os.getpid(), setup.socket)
    await service.run()
    logging.info("ended")


def _log_to_stderr(settings: Settings) -> None:
    logging.basicConfig(level=settings.log_level.upper(), format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("asyncio").setLevel(logging.WARNING)
