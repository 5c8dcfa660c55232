"""Random histories of lives: each customer ends with what the plan says, once, never less."""

import pytest
from hypothesis import HealthCheck, given, settings

from tests.histories.plans import HISTORIES, History
from tests.histories.works import Works


@pytest.mark.timeout(3600)
def test_any_life_ends_with_what_the_plan_says(works: Works, pytestconfig: pytest.Config) -> None:
    """Whatever happens in whatever order, and whatever goes wrong, money is right."""

    @settings(
        max_examples=20_000 if pytestconfig.getoption("--full") else 600,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(history=HISTORIES)
    def holds(history: History) -> None:
        history.run(works)

    holds()
