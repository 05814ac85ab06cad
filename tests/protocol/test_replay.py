"""The simulated firmwares against captures of the real ones."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

import pytest
from replay import Case, differences, replay

CASES: list[Case] = [
    case
    for module in ("replay_cases_grbl", "replay_cases_marlin")
    if find_spec(module)
    for case in import_module(module).CASES
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.file)
def test_a_simulated_firmware_answers_as_the_captured_one_did(case: Case) -> None:
    wanted, heard = replay(case)
    assert wanted
    assert not differences(case, wanted, heard)
