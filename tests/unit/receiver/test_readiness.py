"""What `/readyz` says beside the reason."""

import pytest
from redis import exceptions as redis_errors

from inbox.errors import _SENTENCES, InboxUnavailableError, unavailable
from receiver.readiness import _ADVICE, explain
from settings.store_address import StoreAddress


def test_every_reason_has_its_advice() -> None:
    """Each added reason needs advice about it; the sentences of three give it themselves."""
    assert _ADVICE.keys() == _SENTENCES.keys() - {"not_durable", "not_fenced", "elsewhere"}


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (redis_errors.BusyLoadingError("LOADING s3cret"), "wait"),
        (redis_errors.MasterDownError("MASTERDOWN Link with s3cret is down"), "lost its primary"),
        (redis_errors.ResponseError("MISCONF s3cret"), "room on its disk"),
        (redis_errors.ResponseError("ERR unknown command s3cret"), "Redis 7"),
        (redis_errors.NoPermissionError("user s3cret has no permissions"), "ACL LOG"),
    ],
)
def test_what_the_store_says_is_put_into_our_words(
    error: redis_errors.RedisError, words: str
) -> None:
    """Nothing of the store's own text is repeated: it may hold names."""
    try:
        raise unavailable(error) from error
    except InboxUnavailableError as raised:
        sentence = explain(raised, StoreAddress())

    assert words in sentence
    assert "s3cret" not in sentence
