"""dcode demo: a page to try drawing on, here or as the folder of a Space."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import click

from dcode.cli.command import FILE, command
from dcode.cli.session import Session
from dcode.errors import ConfigError


@command()
@click.argument("folder", required=False, type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--wheel",
    type=FILE,
    metavar="FILE",
    help="Put this build of dcode into the folder, instead of asking an index for one.",
)
@click.option("--serve", "port", type=click.IntRange(0, 65535), metavar="PORT", help="Show the page here instead.")
def demo(session: Session, folder: Path | None, wheel: Path | None, port: int | None) -> None:
    """Write the folder of a Space, or show its page here.

    On the page somebody types a prompt, looks at the drawing, and takes G-code or SVG away. It never plots. The folder
    has app.py, requirements.txt and README.md; --serve needs pip install 'dcode[demo]', and listens on this computer
    alone.
    """
    if (folder is None) == (port is None):
        raise click.UsageError("Name a folder to write, or --serve PORT.", click.get_current_context())
    if folder is not None:
        from dcode.demo.space import write_space

        files = [str(path) for path in write_space(folder.absolute(), wheel)]
        session.reply({"folder": str(folder.absolute()), "files": files}, lambda answer: answer["files"])
    else:
        _serve(port)


def _serve(port: int | None) -> None:
    """Until it is interrupted. Raises ConfigError without Gradio."""
    if find_spec("gradio") is None:
        raise ConfigError("the page needs gradio: pip install 'dcode[demo]'.")
    from dcode.demo.app import app

    app().launch(server_name="127.0.0.1", server_port=port or None)
