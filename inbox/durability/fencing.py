"""
What keeps an old primary from taking writes when it comes back after a failover by Sentinel.

It stays a primary for some 10 s until the sentinels change that, and what it takes is thrown away
then (redis/redis#1813). Connections that it has from before, and proxies, lead to it all the while.
docs/stores.md has what was measured.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

from redis import RedisError

from inbox.durability.barrier import Durability
from inbox.errors import InboxUnavailableError, unavailable
from inbox.store.client import StoreClient


class Fencing(StrEnum):
    """Whether a store with sentinels must have such a protection."""

    REQUIRED = "required"
    NONE = "none"


BY_REPLICA: Final = "ACCEPT_DURABILITY=replica: an old primary acknowledges no webhook"
BY_STORE: Final = "ACCEPT_DURABILITY=managed: the store answers only what is durable"
BY_SERVER: Final = (
    "min-replicas-to-write: an old primary refuses writes when its replicas have been away for "
    "min-replicas-max-lag"
)
NO_REPLICA: Final = "not needed: the primary has no replica to fail over to"
WAIVED: Final = "none, as SENTINEL_FENCING says: an old primary takes webhooks that are then lost"


def check_fencing(client: StoreClient, durability: Durability, fencing: Fencing) -> str:
    """
    Return in a sentence what protects a store with sentinels; costs one INFO at most.

    Raises:
        InboxUnavailableError: nothing does though it must, and what to set; or no answer came.
    """
    if durability is Durability.REPLICA:
        return BY_REPLICA
    if durability is Durability.MANAGED:
        return BY_STORE
    try:
        # INFO has it where CONFIG is forbidden.
        replication: Any = client.info("replication")
    except RedisError as error:
        raise unavailable(error) from error
    return judge_fencing(replication, fencing)


def judge_fencing(replication: Mapping[str, Any], fencing: Fencing) -> str:
    """
    Decide by the primary's INFO replication.

    Raises:
        InboxUnavailableError: nothing protects it though something must.
    """
    # Shown only with a min-replicas-to-write and a min-replicas-max-lag above 0 (Redis 7 to 8 and
    # Valkey 9: src/server.c, genRedisInfoString).
    if "min_slaves_good_slaves" in replication:
        return BY_SERVER
    if not replication.get("connected_slaves"):
        return NO_REPLICA
    if fencing is Fencing.NONE:
        return WAIVED
    raise InboxUnavailableError("not_fenced")
