import pytest

from inbox.store.headroom import evicts, is_used_up, policy_of, said_of


MIB = 1024 * 1024


@pytest.mark.parametrize(
    ("most", "used", "not_counted", "used_up"),
    [
        (0, 10_000 * MIB, 0, False),
        # 512 / 20 = 25.6 MiB are kept.
        (512 * MIB, 486 * MIB, 0, False),
        (512 * MIB, 487 * MIB, 0, True),
        # 100 / 20 = 5 would be less than 8.
        (100 * MIB, 91 * MIB, 0, False),
        (100 * MIB, 92 * MIB, 0, True),
        # Of 20, 8 would be more than a quarter.
        (20 * MIB, 14 * MIB, 0, False),
        (20 * MIB, 15 * MIB, 0, True),
        # What the server does not count is not counted here.
        (20 * MIB, 18 * MIB, 4 * MIB, False),
    ],
)
def test_a_reserve_is_kept(most: int, used: int, not_counted: int, used_up: bool) -> None:
    """A twentieth of maxmemory, at least 8 MiB and at most a quarter, stays for the workers."""
    memory = {"maxmemory": most, "used_memory": used, "mem_not_counted_for_evict": not_counted}

    assert is_used_up(memory) is used_up


@pytest.mark.parametrize(
    ("memory", "policy"),
    [
        ({"maxmemory": MIB, "maxmemory_policy": "noeviction"}, None),
        ({"maxmemory": MIB, "maxmemory_policy": "allkeys-lru"}, "allkeys-lru"),
        ({"maxmemory": MIB, "maxmemory_policy": "volatile-ttl"}, "volatile-ttl"),
        # Redis 8.6 has new ones.
        ({"maxmemory": MIB, "maxmemory_policy": "allkeys-lrm"}, "allkeys-lrm"),
        ({"maxmemory": MIB, "maxmemory_policy": "<b>\n"}, "not noeviction"),
        ({"maxmemory": 0, "maxmemory_policy": "allkeys-lru"}, None),
        # A server that does not say it.
        ({"maxmemory": MIB}, None),
        ({}, None),
        # A hosted one that says its policy and no limit, which it has all the same.
        ({"maxmemory_policy": "optimistic-volatile"}, "optimistic-volatile"),
        ({"maxmemory_policy": "noeviction"}, None),
    ],
)
def test_a_policy_that_evicts_is_named(memory: dict[str, int | str], policy: str | None) -> None:
    """Every policy but noeviction loses something of ours, once there is a maxmemory."""
    assert evicts(memory) == policy


def test_a_policy_is_known_where_nothing_is_evicted() -> None:
    """Without a maxmemory the policy is shown all the same, for a limit may come."""
    assert policy_of({"maxmemory": 0, "maxmemory_policy": "volatile-lru"}) == "volatile-lru"
    assert policy_of({"maxmemory": MIB}) is None


@pytest.mark.parametrize(
    ("policy", "loses"),
    [
        ("allkeys-lru", "webhooks that were accepted"),
        ("volatile-ttl", "the notes of work under way"),
        # Upstash takes any key once those with an end are gone.
        ("optimistic-volatile", "webhooks that were accepted"),
        ("not noeviction", "webhooks that were accepted"),
    ],
)
def test_what_a_policy_loses_is_said(policy: str, loses: str) -> None:
    """Policies that take any key lose more than those that take only keys with an end."""
    assert said_of(policy).startswith(f"the store's maxmemory-policy is {policy}: ")
    assert loses in said_of(policy)
    assert "taken back twice" in said_of(policy)
