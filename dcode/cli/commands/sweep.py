"""dcode sweep: settings of a training searched for, by Ray Tune."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from dcode.cli.command import FILE, command
from dcode.cli.ml_process import run_ml
from dcode.cli.model_place import absolute
from dcode.cli.session import Session
from dcode.generation.sweeping import MODELS, MODULE, SD, Sweep, fixed_by


@command()
@click.option("-m", "--manifest", type=FILE, required=True, help="captioned.json.")
@click.option("-t", "--trials", type=click.IntRange(1), default=8, show_default=True, help="Trainings to try.")
@click.option(
    "--model", "models", multiple=True, default=MODELS, show_default=True, help=f"As of dcode train; or {SD}, alone."
)
@click.option("-e", "--epochs", type=float, default=3.0, show_default=True, help="Of each trial that is not ended.")
@click.option("--set", "pairs", multiple=True, metavar="NAME=VALUE", help="An option of all trials, not searched over.")
@click.option("-s", "--seed", type=int, default=42, show_default=True, help="For the same trials again.")
@click.option("-o", "--output", default="runs/sweep", show_default=True, help="The sweep's folder.")
@click.option("--resume", is_flag=True, help="Go on with the sweep in the folder.")
def sweep(session: Session, manifest: Path, models: tuple[str, ...], pairs: tuple[str, ...], **values: Any) -> None:
    """Search for the best settings of a training.

    Learning rate, batch, warm-up, weight decay, label smoothing and the model itself are drawn anew for each trial, and
    those that do worst are ended early. Needs Ray: pip install 'dcode[ray]'. RAY_ADDRESS names a cluster, whose
    computers must have the folders under the same paths.
    """
    values["output"] = str(Path(values["output"]).absolute())
    fixed = {
        name: absolute(one) if isinstance(one, str) and one else one for name, one in fixed_by(pairs, models).items()
    }
    named = tuple(absolute(one) for one in models)
    asked = Sweep(manifest=str(manifest.absolute()), models=named, fixed=fixed, **values)
    session.reply(run_ml(MODULE, [json.dumps(asdict(asked))]), _lines)


def _lines(answer: dict[str, Any]) -> list[str]:
    best = answer["best"]
    others = [f"  {row['trial']}  {row['bits']:.4f} bits  {_settings(row['settings'])}" for row in answer["trials"]]
    failed = [f"{len(answer['errors'])} trials failed: {answer['errors'][0]}"] if answer["errors"] else []
    head = f"{answer['file']}: best of {len(others)} trials {best['trial']}, {best['bits']:.4f} bits."
    model = [f"Its model is in {answer['model']}."] if answer["model"] else []
    return [head, *others, *failed, *model, answer["command"]]


def _settings(settings: dict[str, Any]) -> str:
    shown = (
        f"{name} {value:.3g}" if isinstance(value, float) else f"{name} {value}" for name, value in settings.items()
    )
    return "  ".join(shown)
