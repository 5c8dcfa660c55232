import pytest
from redis import exceptions as redis_errors

from inbox.errors import (
    InboxUnavailableError,
    NoPrimaryError,
    SentinelLoginError,
    unavailable,
)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (redis_errors.TimeoutError("Timeout reading from socket"), "timeout"),
        (redis_errors.ConnectionError("Error 111 connecting"), "down"),
        (redis_errors.BusyLoadingError("Redis is loading"), "loading"),
        (redis_errors.AuthenticationError("WRONGPASS for s3cret-word"), "auth"),
        (redis_errors.NoPermissionError("no permissions"), "auth"),
        (redis_errors.OutOfMemoryError("command not allowed"), "full"),
        (redis_errors.ReadOnlyError("You can't write"), "read_only"),
        (redis_errors.ResponseError("ERR in script: OOM command not allowed"), "full"),
        (redis_errors.ResponseError("ERR in script: READONLY s3cret-word"), "read_only"),
        (redis_errors.ResponseError("MISCONF Errors writing to the AOF file"), "disk"),
        (redis_errors.ResponseError("NOREPLICAS Not enough good replicas"), "no_replicas"),
        (redis_errors.MasterDownError("Link with MASTER is down"), "read_only"),
        (redis_errors.ClusterDownError("The cluster is down"), "elsewhere"),
        (redis_errors.MovedError("7000 127.0.0.1:7001"), "elsewhere"),
        (redis_errors.TryAgainError("Multiple keys request during rehashing"), "elsewhere"),
        (redis_errors.AskError("7000 127.0.0.1:7001"), "elsewhere"),
        (redis_errors.ClusterCrossSlotError("Keys in request don't hash"), "elsewhere"),
        (redis_errors.ResponseError("BUSY Valkey is busy running a script"), "busy"),
        (redis_errors.ResponseError("ERR in script: MOVED 7000 127.0.0.1:7001"), "elsewhere"),
        (redis_errors.ResponseError("MOVING this installation is being moved"), "moving"),
        (redis_errors.ResponseError("WRONGTYPE Operation against a key"), "refused"),
    ],
)
def test_what_is_wrong_is_one_word_and_one_sentence(
    error: redis_errors.RedisError, reason: str
) -> None:
    """Each way a store can fail has its word, and nothing of the store's text is repeated."""
    reported = unavailable(error)

    assert isinstance(reported, InboxUnavailableError)
    assert reported.reason == reason
    assert str(reported).startswith("the inbox cannot take this now: the store ")
    assert "s3cret-word" not in str(reported)


@pytest.mark.parametrize("kind", [NoPrimaryError, SentinelLoginError])
def test_what_our_own_search_found_is_repeated(kind: type[redis_errors.RedisError]) -> None:
    """An operator reads which part of the way to the primary fails, and not only that it does."""
    assert unavailable(kind("the sentinels are on holiday")).sentence.endswith("on holiday")


def test_a_certificate_that_is_not_trusted_is_reported() -> None:
    """The store can be reached, and it is not the network that must be checked."""
    text = "Error 1 connecting to s3cret-word: [SSL: CERTIFICATE_VERIFY_FAILED] self-signed"

    error = unavailable(redis_errors.ConnectionError(text))

    assert error.reason == "down"
    assert "the store's certificate is not trusted" in str(error)
    assert "s3cret-word" not in str(error)


@pytest.mark.parametrize(
    ("text", "reported"),
    [
        ("User perkhook-worker has no permissions to run the 'config|get' command",
         "the store's user perkhook-worker may not run config|get: docs/security.md"),
        ("ACL failure in script: User w has no permissions to run the 'lpush' command script: on x",
         "the store's user w may not run lpush: docs/security.md"),
        ("this user has no permissions to run the 'set' command or its subcommand",
         "the store's user that we are may not run set: docs/security.md"),
        ("ACL failure in script: No permissions to access a key script: on @user_script:2.",
         "ACL LOG says which: docs/security.md"),
        ("No permissions to access a channel", "may not use a channel which this needs"),
        (("Command # 2 (SET perkhook:x s3cret-word) of pipeline caused error: No permissions to "
         "access a key"), "may not use a key which this needs"),
        ("User s3cret-word! has no permissions to run the 'set' command",
         "the store refuses our user or password"),
        ("NOPERM s3cret-word", "the store refuses our user or password"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", [redis_errors.NoPermissionError, redis_errors.ResponseError])
def test_a_missing_right_is_named(
    kind: type[redis_errors.RedisError], text: str, reported: str
) -> None:
    """User and command are reported, or where to find the key, and nothing else of the text."""
    if kind is redis_errors.ResponseError:
        # Inside a script the code is a word of the text.
        text = f"NOPERM {text}"

    error = unavailable(kind(text))

    assert error.reason == "auth"
    assert reported in str(error)
    assert "s3cret-word" not in str(error)
