from typing import Any

from bench import filling
from inbox.ids import delivery_id
from inbox.intake import Intake
from inbox.store.client import StoreClient
from tests.integration.costs.bounds import events


def test_the_bench_fills_a_store_as_the_receiver_does(intake: Intake, store: StoreClient) -> None:
    """A body that was put in by the bench leaves the keys, values and message of an accept."""
    body = events(1)[0]
    intake.accept(body)
    accepted = _all(store)
    store.flushdb()
    with store.pipeline(transaction=False) as pipe:
        filling.ours(store)(pipe, body)
        pipe.execute()

    assert any(delivery_id(body) in key for key in accepted)
    assert _all(store) == accepted


def _all(store: Any) -> dict[str, Any]:
    """Read every key without the times in it."""
    read: dict[bytes, Any] = {
        b"hash": lambda key: {
            field: value
            for field, value in store.hgetall(key).items()
            if field not in {b"received", b"since"}
        },
        b"zset": lambda key: store.zrange(key, 0, -1),
        b"list": lambda key: store.lrange(key, 0, -1),
        b"string": store.get,
    }
    return {key.decode(): read[store.type(key)](key) for key in store.scan_iter()}
