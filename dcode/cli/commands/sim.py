"""dcode sim: a plotter on a pseudo-terminal, for those that have none at hand."""

from __future__ import annotations

from pathlib import Path

import click

from dcode.cli.command import FILE, command, machine_option
from dcode.cli.session import Session
from dcode.config.machine_file import load_machine
from dcode.config.paths import find_machine
from dcode.config.settings import load_settings
from dcode.simulator.firmware import PROFILES
from dcode.simulator.pty import Service, serve
from dcode.simulator.setup import Setup
from dcode.simulator.wall import load_wall


@command()
@click.option(
    "--profile", type=click.Choice(PROFILES), default="makelangelo", metavar="NAME", help="The firmware it has."
)
@click.option("--link", type=click.Path(path_type=Path), metavar="PATH", help="Another name for its port.")
@click.option("--speed", type=click.FloatRange(0), default=1.0, metavar="N", help="N times real speed; 0: no waiting.")
@click.option("--ink", type=FILE, metavar="SVG", help="Keep what it draws in this file.")
@click.option("--wall", metavar="FILE", help="How machine and wall really are: a TOML file, or crooked.")
@click.option("--control", is_flag=True, help="Take orders (faults, say) on stdin, a JSON object a line.")
@click.option("--reset-on-open", is_flag=True, help="Opening the port resets it, as it does most boards.")
@click.option("--captured", is_flag=True, help="With the factory settings of its firmware.")
@click.option("--seed", type=int, default=0, metavar="N", help="For faults that come by chance.")
@machine_option
def sim(
    session: Session,
    profile: str,
    link: Path | None,
    speed: float,
    ink: Path | None,
    wall: str | None,
    control: bool,
    reset_on_open: bool,
    captured: bool,
    seed: int,
) -> None:
    """Be a simulated plotter.

    It answers byte for byte as its firmware would, and the ink goes into an SVG. It serves until Ctrl-C. With --json
    it says where its port is once it is ready. dcode plot --port sim   needs none of this: it starts one by itself.
    """
    machine = load_machine(find_machine(load_settings({"machine": session.machine}).settings.machine))
    serve(
        Service(
            profile=profile,
            setup=Setup(machine=machine, wall=load_wall(wall) if wall else None, captured=captured),
            speed=speed,
            link=link,
            ink=ink,
            json=session.json,
            control=control,
            reset_on_open=reset_on_open,
            seed=seed,
        )
    )
