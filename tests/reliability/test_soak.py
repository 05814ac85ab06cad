"""A day of drawing with one line in a hundred damaged, in virtual time: nothing is lost.

One profile of each family of protocols; all five: `python scripts/bench reliability --soak 24`.
"""

from __future__ import annotations

import pytest
from soak import soak

# A process that is killed leaves coroutines behind that never end.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.mark.parametrize("profile", ["makelangelo", "marlin", "grbl"])
def test_a_day_on_a_bad_link_loses_nothing(profile: str) -> None:
    figures = soak(profile, hours=24.0)
    assert figures.is_good, str(figures)
    assert figures.seconds >= 24 * 3600
    assert figures.damaged > figures.lines / 200
