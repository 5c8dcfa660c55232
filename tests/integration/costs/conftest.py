from collections.abc import Iterator

import pytest

from tests.counting import CountingWire


@pytest.fixture
def wire(redis_url: str) -> Iterator[CountingWire]:
    """A wire to an empty store."""
    with CountingWire(redis_url) as wire:
        yield wire
