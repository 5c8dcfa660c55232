"""Random histories of lives: each customer ends with what the plan says, once, never less."""

import pytest
from hypothesis import HealthCheck, given, settings

from tests.histories.plans import HISTORIES, History
from tests.histories.works import Works


@pytest.mark.timeout(900)
@settings(
    max_examples=2000,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(history=HISTORIES)
def test_any_life_ends_with_what_the_plan_says(works: Works, history: History) -> None:
    """Whatever happens in whatever order, and whatever goes wrong, money is right."""
    history.run(works)
