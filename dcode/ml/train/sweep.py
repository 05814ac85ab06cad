"""`dcode sweep`: trainings with other settings side by side by Ray Tune, the worst of them ended early.

    OUTPUT/
        sweep.json     what was asked for
        tune/          Ray Tune's own state, from which --resume goes on
        trials/ID/     each training, as its own command makes it
        tokens/        programs as tokens, for all trials
        best.json      the best trial: its settings, figures and model; then all others

Trials are compared by bits of a character of the programs that they are validated on, so that models with other
tokenizers may stand in one sweep; decoders of latents, which learn a vocabulary of one size, by bits of a token.
"""

from __future__ import annotations

import json
import math
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from dcode.errors import ConfigError, GenerationError
from dcode.generation.sweeping import OneOf, Setting, Sweep, words_as_typed
from dcode.generation.text_training import FINAL
from dcode.generation.training import SdTraining
from dcode.ml.answer import run, tell
from dcode.ml.data.files import put_json
from dcode.ml.data.pairs.manifest import read_manifest

_METRIC: Final = "bits"
_STATE: Final = "tune"
_KEPT_OF_THREE: Final = 3  # at each rung the best third of the trials goes on
_MAY_CHANGE: Final = frozenset({"resume"})


def main(words: Sequence[str] | None = None) -> int:
    """`python -m dcode.ml.train.sweep JSON`, where JSON is a Sweep; the answer is the last line of stdout."""
    (given,) = sys.argv[1:] if words is None else words
    values = json.loads(given)
    return run(lambda: sweep(Sweep(**{**values, "models": tuple(values["models"])})))


def sweep(asked: Sweep) -> Mapping[str, Any]:
    """Search, and tell what was found. Raises ConfigError without Ray; GenerationError where no trial got anywhere."""
    read_manifest(Path(asked.manifest))
    try:
        import ray
        from ray import tune
    except ImportError as error:
        raise ConfigError("dcode sweep needs Ray: pip install 'dcode[ray]'") from error
    output = Path(asked.output)
    goes_on = _begin(asked, output / "sweep.json")
    # Ctrl-C ends this process, not only the trials; half of what Tune prints is for notebooks.
    os.environ |= {"TUNE_DISABLE_SIGINT_HANDLER": "1", "TUNE_DISABLE_AUTO_CALLBACK_LOGGERS": "1"}
    begun_here = not ray.is_initialized()
    if begun_here:
        ray.init(log_to_driver=False, logging_level="error")
    try:
        trainable = tune.with_resources(_trial, _resources(ray.cluster_resources()))
        state = str(output / _STATE)
        if goes_on and tune.Tuner.can_restore(state):
            tuner = tune.Tuner.restore(state, trainable, resume_unfinished=True, restart_errored=True)
        else:
            tuner = _tuner(asked, trainable, output)
        return _told(asked, tuner.fit())
    finally:
        if begun_here:
            ray.shutdown()


def _begin(asked: Sweep, file: Path) -> bool:
    """Whether a sweep is gone on with. Raises where one is there and is another, or is not to be gone on with."""
    there, this = file.is_file(), json.loads(json.dumps(asdict(asked)))
    if there and not asked.resume:
        told = f"{file.parent} has a sweep in it already: --resume goes on with it, --output takes another folder."
        raise GenerationError(told, file=str(file.parent))
    if there:
        before = json.loads(file.read_text(encoding="utf-8"))
        for name, value in this.items():
            if name not in _MAY_CHANGE and before.get(name) != value:
                told = f"the sweep was begun with {before.get(name)!r}, not {value!r}; --output begins another."
                raise ConfigError(told, file=str(file), key=name, value=value)
    else:
        put_json(file, this)
    return there


def _resources(there: Mapping[str, float]) -> dict[str, float]:
    """Of each trial: a GPU and its share of the cores, or all cores of a computer without one."""
    cores, gpus = there.get("CPU", 1.0), there.get("GPU", 0.0)
    if not gpus:
        return {"cpu": max(1.0, cores)}
    return {"cpu": max(1.0, math.floor(cores / gpus)), "gpu": 1.0}


def _tuner(asked: Sweep, trainable: Any, output: Path) -> Any:
    from ray import tune
    from ray.tune.schedulers import ASHAScheduler
    from ray.tune.search.basic_variant import BasicVariantGenerator

    space = {one.name: _domain(one) for one in asked.space}
    space |= {"model": tune.choice(list(asked.models)), "sweep": asdict(asked)}
    rungs = math.ceil(asked.epochs) + 1  # after the last epoch a trial tells of its finished model
    config = tune.TuneConfig(
        metric=_METRIC,
        mode="min",
        num_samples=asked.trials,
        search_alg=BasicVariantGenerator(random_state=asked.seed),
        scheduler=ASHAScheduler(max_t=rungs, grace_period=1, reduction_factor=_KEPT_OF_THREE),
    )
    place = tune.RunConfig(name=_STATE, storage_path=str(output), verbose=0, callbacks=[_said()])
    return tune.Tuner(trainable, param_space=space, tune_config=config, run_config=place)


def _domain(one: Setting) -> Any:
    from ray import tune

    if isinstance(one, OneOf):
        return tune.choice(list(one.values))
    return (tune.loguniform if one.logarithmic else tune.uniform)(one.low, one.high)


def _trial(config: Mapping[str, Any]) -> None:
    """One training, in a process of Ray's. It tells Ray of each validation, and may be ended there."""
    from ray import tune

    values = config["sweep"]
    asked = Sweep(**{**values, "models": tuple(values["models"])})
    chosen = {one.name: config[one.name] for one in asked.space}
    folder = Path(asked.output) / "trials" / str(tune.get_context().get_trial_id())
    training = asked.asked(chosen, str(folder), config["model"])

    figure = "bits_per_token" if isinstance(training, SdTraining) else "bits_per_character"

    def note(row: Mapping[str, float]) -> None:
        found = row.get("validation") if isinstance(training, SdTraining) else row[figure]
        if found is not None:
            tune.report({_METRIC: found, "finished": False})

    if isinstance(training, SdTraining):
        from dcode.ml.train import sd_gcode

        answer = sd_gcode.train(training, note)
    else:
        from dcode.ml.train import text

        answer = text.train(training, _quiet, note)
    tune.report({_METRIC: answer["figures"][figure], "finished": True})  # of the best epoch, which the model is of


def _quiet(line: str) -> None:
    """Many trials at once would talk all at once."""


def _said() -> Any:
    from ray.tune import Callback

    class Said(Callback):  # type: ignore[misc]  # Ray is not there where types are checked
        """A line for each validation of each trial."""

        def on_trial_result(self, iteration: int, trials: Any, trial: Any, result: Any, **more: Any) -> None:
            chosen = {name: value for name, value in trial.config.items() if name != "sweep"}
            told = "  ".join(
                f"{name} {value:.3g}" if isinstance(value, float) else f"{name} {value}"
                for name, value in chosen.items()
            )
            tell(f"{trial.trial_id}  {_METRIC} {result[_METRIC]:.4f}  {told}")

    return Said()


def _told(asked: Sweep, results: Any) -> Mapping[str, Any]:
    """The best and all others, saved too. Raises GenerationError where there is none."""
    rows = list[dict[str, Any]]()
    errors = list[str]()
    for result in results:
        if result.error is not None:
            errors.append(str(result.error).strip().split("\n")[-1])
        if not result.metrics or _METRIC not in result.metrics:
            continue
        chosen = {name: value for name, value in result.config.items() if name != "sweep"}
        trial = str(result.metrics["trial_id"])
        rows.append(
            {
                "trial": trial,
                _METRIC: result.metrics[_METRIC],
                "finished": bool(result.metrics["finished"]),
                "settings": chosen,
            }
        )
    if not rows:
        raise GenerationError(f"No trial got anywhere: {errors[0] if errors else 'none was begun'}.")
    rows.sort(key=lambda row: (row[_METRIC], row["trial"]))
    best = rows[0]
    chosen = {one.name: best["settings"][one.name] for one in asked.space}
    training = asked.asked(chosen, f"{asked.output}/trials/{best['trial']}", best["settings"]["model"])
    model = training.output if isinstance(training, SdTraining) else str(training.folder / FINAL)
    answer = {
        "best": best,
        "model": model if best["finished"] else "",  # "": it was ended early
        "command": words_as_typed(training, asked.fixed),
        "file": str(Path(asked.output) / "best.json"),
        "trials": rows,
        "errors": errors,
    }
    put_json(Path(asked.output) / "best.json", answer)
    return answer


if __name__ == "__main__":
    sys.exit(main())
