import pytest


@pytest.fixture
def examples(request: pytest.FixtureRequest) -> int:
    """Examples of each property: `make fuzz` gives --full."""
    return 20_000 if request.config.getoption("--full") else 250
