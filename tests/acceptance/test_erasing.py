"""A customer's personal data can be erased, and what is pending is still done."""

import json
from typing import Any

import zstandard

from inbox.store.client import StoreClient
from inbox.store.packing import unpack, without_trace
from tests import samples
from tests.acceptance.conftest import MakeProduct
from tests.acceptance.product import Product
from tests.engine import KEYS
from tests.processes import wait_until


#: Refuses permanently whatever is asked, so that jobs fail.
REFUSING = {"status": 422}


def test_a_failed_revocation_is_erased_by_command_and_succeeds_afterwards(
    make_product: MakeProduct, store: StoreClient
) -> None:
    """The name is nowhere in the store nor in the logs, and a retry takes back once."""
    product = make_product()
    referee, personal = _failed_removal(product)
    assert _found(store, personal) == set(personal)

    words = ("erase", "--customer", referee["customer"], "--why", "asked")
    shown = product.inbox_process(*words)

    assert shown == {"customer": referee["customer"], "found": 1, "erased": 1}
    assert _found(store, personal) == set()
    _fix_and_retry(product)
    _assert_done_once(product, referee)
    assert not [text for text in personal if text in product.logs()]


def test_a_failed_revocation_is_erased_by_the_webhook_and_succeeds_afterwards(
    make_product: MakeProduct, store: StoreClient
) -> None:
    """After `customer.deleted` the name is nowhere, that webhook's own body included."""
    product = make_product()
    referee, personal = _failed_removal(product)

    delivery = _delete(product, referee, personal)

    shown = product.inbox("show", delivery)
    assert shown["ended"]["erase_customer"] == "2 bodies about the customer, 2 erased"
    assert _found(store, personal) == set()
    _fix_and_retry(product)
    _assert_done_once(product, referee)
    assert not [text for text in personal if text in product.logs()]


def test_a_webhook_that_comes_after_the_erasure_is_reduced_when_it_is_processed(
    make_product: MakeProduct, store: StoreClient
) -> None:
    """The removal of a customer who was deleted before is done on ids alone."""
    product = make_product()
    (referee,) = product.scenario(referees=1)["referees"]
    _delete(product, referee, samples.PERSONAL)

    _, personal = _failed_removal(product, referee)

    assert _found(store, personal) == set()
    _fix_and_retry(product)
    _assert_done_once(product, referee)
    assert not [text for text in personal if text in product.logs()]


def _failed_removal(
    product: Product, referee: dict[str, Any] | None = None
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Let a revocation and a note fail; return the referee and what is personal in the body."""
    if referee is None:
        (referee,) = product.scenario(referees=1)["referees"]
    product.faults(voucherify=REFUSING, crm=REFUSING)
    product.unassign(referee["holder"])
    wait_until(lambda: len(product.inbox("failed")) == 2, "both jobs have failed")
    customer = json.loads(product.state("sendouts")[-1]["body"])["data"]["customer"]
    assert customer["id"] == referee["customer"]
    return referee, (customer["name"], customer["email"], customer["source_id"])


def _delete(product: Product, referee: dict[str, Any], personal: tuple[str, ...]) -> str:
    document = samples.customer_deleted(customer_id=referee["customer"])
    document["data"]["customer"] |= {"name": personal[0], "email": personal[1]}
    delivery: str = product.send(samples.body(document)).json()["delivery"]
    wait_until(lambda: product.inbox("show", delivery)["completed"], "the erasure is completed")
    return delivery


def _fix_and_retry(product: Product) -> None:
    product.faults(voucherify=None, crm=None)
    assert product.inbox("retry", "--all") == {"results": {"queued": 2}}
    product.wait_until_settled()
    assert product.inbox("failed") == []


def _assert_done_once(product: Product, referee: dict[str, Any]) -> None:
    transactions = product.state("cards")[referee["card"]["id"]]["transactions"]
    (removal,) = [each for each in transactions if each["type"].endswith("_REMOVAL")]
    assert removal["details"]["balance"]["amount"] == -referee["grant"]["amount"]
    (note,) = product.state("notes")
    assert note["customer"] == referee["customer"]


def _found(store: Any, texts: tuple[str, ...]) -> set[str]:
    """Return which of these stand anywhere in the store, packed or not."""
    dump = b"\0".join(_bytes_in(store))
    assert KEYS.delivery.encode() in dump
    return {text for text in texts if text.encode() in dump}


def _bytes_in(store: Any) -> list[bytes]:
    found: list[bytes] = []
    for key in store.scan_iter(count=1000):
        found.append(key)
        match store.type(key):
            case b"hash":
                found += [part for pair in store.hgetall(key).items() for part in pair]
            case b"zset":
                found += store.zrange(key, 0, -1)
            case b"set":
                found += store.smembers(key)
            case b"list":
                found += store.lrange(key, 0, -1)
            case b"stream":
                found += [part for _, each in store.xrange(key) for part in each.values()]
            case _:
                # A lock may be gone by now.
                found.append(store.get(key) or b"")
    return [_unpacked(part) for part in found]


def _unpacked(value: bytes) -> bytes:
    # What is no packed body stays as it is.
    try:
        return unpack(without_trace(value))
    except (ValueError, zstandard.ZstdError):
        return value
