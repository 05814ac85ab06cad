from __future__ import annotations

import pytest

from dcode.errors import GenerationError
from dcode.generation.engines import DEFAULT, ENGINES, Engines, Entry


def order(name: str | None, *, only: bool = False) -> list[str]:
    return [entry.name for entry in Engines().candidates(name, only=only)]


def test_the_order_in_which_engines_stand_in_for_each_other():
    assert order(None) == ["strokes", "library"]
    assert order("strokes") == ["strokes", "library"]
    assert order("trace") == ["trace", "strokes", "library"]
    assert order("sd-gcode") == ["sd-gcode", "trace", "strokes", "library"]
    assert order("sd-gcode", only=True) == ["sd-gcode"]


def test_every_stand_in_exists_and_needs_less():
    assert DEFAULT in ENGINES
    for name, entry in ENGINES.items():
        assert entry.name == name
        if entry.instead:
            assert set(ENGINES[entry.instead].needs) <= set(entry.needs) | {"numpy"}


def test_engines_that_come_to_themselves_are_tried_once():
    entries = {"a": Entry("a", "", "x:y", (), "b"), "b": Entry("b", "", "x:y", (), "a")}
    assert [entry.name for entry in Engines(entries).candidates("a", only=False)] == ["a", "b"]


def test_a_missing_module_gives_one_sentence_that_says_what_to_install():
    entry = Entry("trace", "", "no.such:thing", ("numpy", "no_such_module"))
    assert entry.missing == ["no_such_module"]
    assert entry.lack == "trace needs no_such_module: pip install 'dcode[ml]' installs it."
    with pytest.raises(GenerationError) as caught:
        entry.made()
    assert caught.value.fields["reason"] == "unavailable"


def test_an_engine_is_made_once():
    engines = Engines()
    entry = Entry("fake", "", "tests.generation.fake_engines:Fake")
    assert engines.engine(entry) is engines.engine(entry)


def test_states_say_who_can_draw():
    entries = {"a": Entry("a", "", "x:y"), "b": Entry("b", "", "x:y", ("no_such.module",))}
    states = Engines(entries).states()
    assert [(state.name, state.ready) for state in states] == [("a", True), ("b", False)]
    assert "no_such.module" in states[1].says


def test_an_engine_without_its_model_is_not_ready_and_says_how_it_would_be():
    here, gone = (
        Entry("strokes", "", "os:getcwd", model=("dcode.generation.sketch", f"data/{name}"))
        for name in ("words.npz", "none.npz")
    )
    states = {state.ready: state.says for state in (*Engines({"a": here}).states(), *Engines({"b": gone}).states())}
    assert states == {
        True: "",
        False: "strokes comes without a model in this version: --model names the folder of one.",
    }
