"""Options of the commands that train: those of a table in dcode.generation, which the training process knows too."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import click

from dcode.cli.command import all_of
from dcode.generation.run_options import option_of, options_of

SEVERAL = "dcode.ml.train.several"

num_gpus_option = click.option(
    "--num-gpus", type=click.IntRange(1, 1024), default=1, show_default=True, help="Processes, one a GPU."
)


def run_options(kind: type) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """An option for each field of the table that has a default, in their order."""
    declared = list[Callable[[Any], Any]]()
    for one in options_of(kind):
        names = [one.name, *(name for name in (one.metadata["short"],) if name)]
        choices, shown = one.metadata["choices"], not isinstance(one.default, str) or bool(one.default)
        more: dict[str, Any] = {"default": one.default, "show_default": shown, "help": one.metadata["about"]}
        if isinstance(one.default, bool):
            switch = option_of(one.name)
            declared.append(click.option(*names, f"{switch}/--no-{switch[2:]}", **more))
        else:
            kind_of = click.Choice(choices) if choices else type(one.default)
            if choices and not one.default:
                more["default"] = None
            declared.append(click.option(*names, option_of(one.name), type=kind_of, **more))
    return all_of(*declared)


def given(values: dict[str, Any]) -> dict[str, Any]:
    """What was given, where a choice that was not made is an empty text."""
    return {name: "" if value is None else value for name, value in values.items()}


def started(module: str, words: list[str], processes: int) -> tuple[str, list[str]]:
    """The module to start, and its words: the training itself, or the launcher of several of it."""
    if processes == 1:
        return module, [*words, "--json"]
    return SEVERAL, ["--standalone", f"--nproc_per_node={processes}", "-m", module, *words, "--json"]


def told_figures(model: str, figures: Mapping[str, float]) -> str:
    """Where a model is, and how good."""
    told = ", ".join(f"{name.replace('_', ' ')} {value:.4g}" for name, value in figures.items())
    return f"{model}: {told}" if told else model
