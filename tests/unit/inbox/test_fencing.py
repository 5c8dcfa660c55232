from typing import Any

import pytest

from inbox.durability.fencing import BY_SERVER, NO_REPLICA, WAIVED, Fencing, judge_fencing
from inbox.errors import InboxUnavailableError


@pytest.mark.parametrize(
    ("replication", "fencing", "says"),
    [
        ({"connected_slaves": 2, "min_slaves_good_slaves": 2}, Fencing.REQUIRED, BY_SERVER),
        ({"connected_slaves": 1, "min_slaves_good_slaves": 0}, Fencing.REQUIRED, BY_SERVER),
        ({"connected_slaves": 0}, Fencing.REQUIRED, NO_REPLICA),
        ({}, Fencing.REQUIRED, NO_REPLICA),
        ({"connected_slaves": 1}, Fencing.NONE, WAIVED),
    ],
)
def test_what_protects_is_said(replication: dict[str, Any], fencing: Fencing, says: str) -> None:
    """min-replicas-to-write is shown by a field, and without a replica there is no failover."""
    assert judge_fencing(replication, fencing) == says


def test_a_replica_and_no_protection_is_refused() -> None:
    """The sentence names all three ways out."""
    with pytest.raises(InboxUnavailableError) as refused:
        judge_fencing({"connected_slaves": 1}, Fencing.REQUIRED)

    assert refused.value.reason == "not_fenced"
    for way in ("ACCEPT_DURABILITY=replica", "min-replicas-to-write 1", "SENTINEL_FENCING=none"):
        assert way in refused.value.sentence
