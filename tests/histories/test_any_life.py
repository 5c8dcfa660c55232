"""Random histories of lives: each customer ends with what the plan says, once, never less."""

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.histories.plans import HISTORIES, History
from tests.histories.works import Works


pytestmark = pytest.mark.long


#: How many, unless --histories says it.
FEW, MANY = 600, 20_000

#: What they are made up from, unless --seeds says it.
SEEDS = {False: [1], True: [1, 2, 3]}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Let the command line say how many histories are made up, and from which seeds."""
    full, option = metafunc.config.getoption("--full"), metafunc.config.getoption
    number = option("--histories") or (MANY if full else FEW)
    seeds = option("--seeds") or SEEDS[full]
    metafunc.parametrize(
        ("number", "begins"), [(number, each) for each in seeds], ids=[f"seed {s}" for s in seeds]
    )


@pytest.mark.timeout(3600)
def test_any_life_ends_with_what_the_plan_says(works: Works, number: int, begins: int) -> None:
    """Whatever happens in whatever order, and whatever goes wrong, money is right."""

    @seed(begins)
    @settings(
        max_examples=number,
        database=None,
        deadline=None,
        # A history that fails reports itself, and playing others to explain it takes minutes.
        phases=[each for each in Phase if each is not Phase.explain],
        suppress_health_check=list(HealthCheck),
    )
    @given(history=HISTORIES)
    def holds(history: History) -> None:
        history.run(works)

    holds()
