from queue import Empty, Full

import pytest

from inbox.store.connection import connect
from inbox.store.free import Free


def test_as_many_are_kept_as_there_are() -> None:
    """No more than were said, and the one that was used last comes first."""
    free = Free(2)
    free.put_nowait("a")
    assert not free.full()
    free.put_nowait("b")

    assert free.full()
    with pytest.raises(Full):
        free.put_nowait("c")
    assert (free.get(timeout=1), free.get()) == ("b", "a")
    with pytest.raises(Empty):
        free.get(timeout=0.01)


def test_pools_keep_their_connections_there() -> None:
    """Places for as many connections as the caller said, none of them made yet."""
    with connect("redis://127.0.0.1:9/0", max_connections=3) as client:
        pool = client.connection_pool
        assert isinstance(pool.pool, Free)
        assert [pool.pool.get(timeout=1) for _ in range(3)] == [None] * 3
