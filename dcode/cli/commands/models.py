"""dcode models: what draws here, what could, and what it takes."""

from __future__ import annotations

from typing import Any

from dcode.cli.command import command
from dcode.cli.own_worker import states_of_own_worker
from dcode.cli.session import Session
from dcode.client.words import table


@command()
def models(session: Session) -> None:
    """List the engines and the models that they draw with.

    Engines are as the worker of the settings sees them. Models are looked for in the hub's cache of this computer;
    one that is not there is fetched when it is first drawn with. Any other model of the same format can be named too,
    by its hub id or its folder.
    """
    from dcode.generation.engines import ENGINES
    from dcode.generation.known_models import KNOWN

    states = {one.name: (one.ready, one.says) for one in states_of_own_worker()}
    engines = [
        {
            "engine": name,
            "about": entry.about,
            "ready": states.get(name, (False, ""))[0],
            "needs": states.get(name, (False, f"This worker has no engine {name}: install the same dcode there."))[1],
            "instead": entry.instead,
        }
        for name, entry in ENGINES.items()
    ]
    known = [
        {
            "model": one.model,
            "engine": one.engine,
            "about": one.about,
            "megabytes": one.megabytes,
            "licence": one.licence,
            "here": one.is_here,
        }
        for one in KNOWN
    ]
    session.reply({"engines": engines, "models": known}, _lines)


def _lines(answer: dict[str, Any]) -> list[str]:
    engines, lacks = list[list[str]](), list[str]()
    for one in answer["engines"]:
        engines.append([one["engine"], "ready" if one["ready"] else "not here", one["about"]])
        if not one["ready"]:
            lacks.append(f"{one['needs']} Until then {one['instead']} draws." if one["instead"] else one["needs"])
    known = [
        [
            one["engine"],
            one["model"],
            "here" if one["here"] else f"{one['megabytes'] / 1000:.1f} GB to fetch",
            f"{one['about']} ({one['licence']})",
        ]
        for one in answer["models"]
    ]
    return [*table(engines), *lacks, "", *table(known)]
