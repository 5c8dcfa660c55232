from typing import Any

import pytest
from redis.exceptions import OutOfMemoryError, ReadOnlyError, ResponseError

from inbox.durability.barrier import Durability
from inbox.durability.judging import Method, choose_method, judge


ALWAYS, EVERYSEC, NEVER = ({"appendfsync": policy} for policy in ("always", "everysec", "no"))
NOT_ALLOWED = ResponseError("NOPERM no permissions")


def _reported(durability: Durability, *answers: Any, written: int = 1) -> str | None:
    problem = judge(durability, list(answers), written)
    return None if problem is None else f"{problem.reason}: {problem.sentence}"


def test_a_disk_that_has_it() -> None:
    """WAITAOF is believed where it means what it says."""
    assert _reported(Durability.FSYNC, ALWAYS, 1, [1, 0], ALWAYS) is None


@pytest.mark.parametrize("policy", [EVERYSEC, NEVER, NOT_ALLOWED, {}])
def test_a_server_that_may_confirm_too_early(policy: Any) -> None:
    """Without appendfsync always before and after, no server is believed, whatever its version."""
    for policies in ((policy, policy), (policy, ALWAYS), (ALWAYS, policy)):
        reported = _reported(Durability.FSYNC, policies[0], 1, [1, 0], policies[1])

        assert reported is not None
        assert reported.startswith("not_durable: ")
        assert "appendfsync everysec or always" in reported


@pytest.mark.parametrize(
    ("policy", "way"),
    [
        (ALWAYS, Method.ASK),
        (EVERYSEC, Method.WATCH),
        (NEVER, Method.NONE),
        (NOT_ALLOWED, Method.NONE),
        ({}, Method.NONE),
    ],
)
def test_a_server_is_asked_watched_or_refused(policy: Any, way: Method) -> None:
    """It is watched where it writes once a second, and refused where nothing says so."""
    assert choose_method(policy) is way


@pytest.mark.parametrize(
    ("confirmed", "words"),
    [
        ([0, 0], "not_durable: the store's disk has not confirmed it in time"),
        (
            ResponseError(
                "WAITAOF cannot be used when numlocal is set but appendonly is disabled."
            ),
            "not_durable: ACCEPT_DURABILITY=fsync needs a store with appendonly yes",
        ),
        (
            ResponseError("unknown command 'WAITAOF', with args beginning with: '1' '0' '1'"),
            "not_durable: ACCEPT_DURABILITY=fsync needs WAITAOF",
        ),
        (ReadOnlyError("READONLY"), "read_only: "),
        (ResponseError("UNBLOCKED force unblock"), "refused: "),
    ],
)
def test_a_disk_that_does_not_have_it(confirmed: Any, words: str) -> None:
    """Each reason is reported in words that say what to do."""
    reported = _reported(Durability.FSYNC, ALWAYS, 1, confirmed, ALWAYS)

    assert reported is not None
    assert reported.startswith(words)


@pytest.mark.parametrize(
    ("replicas", "words"),
    [(0, "not_durable: no replica"), (1, None), (2, None), (ReadOnlyError(""), "read_only")],
)
def test_replicas(replicas: Any, words: str | None) -> None:
    """One replica is enough, and none is not."""
    reported = _reported(Durability.REPLICA, 1, replicas)

    assert (
        reported is None if words is None else reported is not None and reported.startswith(words)
    )


@pytest.mark.parametrize("durability", [Durability.FSYNC, Durability.REPLICA])
def test_what_is_not_there_any_more_is_not_confirmed(durability: Durability) -> None:
    """A store that took the place of another confirms its own history, not what it never had."""

    def reports(found: int) -> str | None:
        if durability is Durability.FSYNC:
            return _reported(durability, ALWAYS, found, [1, 0], ALWAYS, written=3)
        return _reported(durability, found, 1, written=3)

    assert reports(3) is None
    reported = reports(2)
    assert reported is not None
    assert "replaced" in reported


def test_a_write_that_was_refused_confirms_nothing() -> None:
    """WAIT after a write that did not happen answers for an older one."""
    reported = _reported(Durability.REPLICA, OutOfMemoryError("OOM"), 1)

    assert reported is not None
    assert reported.startswith("full: ")
