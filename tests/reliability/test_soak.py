"""A day of drawing with one line in a hundred damaged, in virtual time: nothing is lost.

One profile of each family of protocols, a day of the owner's and six hours of the others; a day of all five:
`python scripts/bench reliability --soak 24`.
"""

from __future__ import annotations

import pytest
from soak import soak

# A process that is killed leaves coroutines behind that never end.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.mark.parametrize(("profile", "hours"), [("makelangelo", 24.0), ("marlin", 6.0), ("grbl", 6.0)])
def test_a_day_on_a_bad_link_loses_nothing(profile: str, hours: float) -> None:
    figures = soak(profile, hours=hours)
    assert figures.is_good, str(figures)
    assert figures.seconds >= hours * 3600
    assert figures.damaged > figures.lines / 200
