import pytest
from redis import exceptions as redis_errors

from inbox.errors import InboxUnavailableError, unavailable


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
        (redis_errors.ResponseError("NOREPLICAS Not enough good replicas"), "refused"),
    ],
)
def test_what_is_wrong_is_one_word_and_one_sentence(
    error: redis_errors.RedisError, reason: str
) -> None:
    """Each way a store can fail has its word, and nothing of the store's text is repeated."""
    told = unavailable(error)

    assert isinstance(told, InboxUnavailableError)
    assert told.reason == reason
    assert str(told).startswith("the inbox cannot take this now: the store ")
    assert "s3cret-word" not in str(told)
