"""dcode optimize: strokes in the order with the least travel."""

from __future__ import annotations

from dcode.cli.command import command, program_options
from dcode.cli.drawn_file import Target, output_options, write_drawing
from dcode.cli.session import Session
from dcode.cli.source import read_source, source_argument
from dcode.cli.wishes import Wishes, artwork_options


@command()
@source_argument
@output_options
@artwork_options
@program_options
def optimize(session: Session, file: str, wishes: Wishes, target: Target) -> int:
    """Put strokes into the order with the least travel.

    Takes what dcode plot takes, G-code with it, and writes G-code for the machine, or an SVG; one made of an SVG stays
    on its page. Ends that meet are joined, points within the tolerance are left out, closed strokes begin where it
    suits. Ctrl-C takes the best order so far, a second one leaves. With --json or --optimize best it also says below
    which travel no order can come.
    """
    return write_drawing(session, read_source(file, as_text=wishes.text), wishes, target)
