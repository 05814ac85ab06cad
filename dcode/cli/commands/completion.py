"""dcode completion: the script that makes a shell complete dcode's commands."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from dcode.cli.command import command
from dcode.cli.session import Session

SHELLS = ("bash", "zsh", "fish")


@command()
@click.argument("shell", type=click.Choice(SHELLS), metavar="|".join(SHELLS))
def completion(session: Session, shell: str) -> None:
    """Print the shell's completion script.

    To be read when the shell starts:

    \b
    bash   eval "$(dcode completion bash)"                                  in ~/.bashrc
    zsh    eval "$(dcode completion zsh)"                                   in ~/.zshrc
    fish   dcode completion fish > ~/.config/fish/completions/dcode.fish
    """
    made = get_completion_class(shell)
    assert made is not None
    script = made(click.Command("dcode"), {}, "dcode", "_DCODE_COMPLETE").source()
    if session.json:
        session.output.answer({"shell": shell, "script": script})
    else:
        session.output.pour(script + "\n")
