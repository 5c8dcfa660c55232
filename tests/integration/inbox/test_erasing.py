import json

import pytest

from inbox.privacy.erasure import MEMORY_SECONDS, PAGE, Erased, Erasure
from inbox.privacy.redaction import NOTHING, redacted
from inbox.store.packing import pack
from tests import samples
from tests.engine import KEYS
from tests.integration.inbox.conftest import Run
from tests.integration.inbox.consistency import assert_consistent, snapshot
from tests.integration.inbox.house import HANDLERS, House


WHOLE = samples.body(samples.assignment_deleted(customer_id="cust_1"))
REST = redacted(WHOLE)
POISON = b'{"id":"cust_1","name":"Ada Quill"'


def pending(house: House, body: bytes = WHOLE, customer: str = "cust_1") -> str:
    """Accept and process a body about a customer; return the delivery."""
    claim = house.process(body)
    house.jobs.fan_out(claim, HANDLERS, outcome="handed on", customer=customer)
    return claim.delivery


@pytest.mark.parametrize("state", ["queued", "running", "waiting", "failed", "held"])
def test_a_processed_body_is_erased_whatever_its_jobs_do(house: House, state: str) -> None:
    """The body of a job in any state is redacted, once, and the job is as it was."""
    claim = house.in_state(state)
    house.store.hset(KEYS.delivery + claim.delivery, mapping={"body": pack(WHOLE), "customer": "c"})
    house.store.sadd(KEYS.customer + "c", claim.delivery)

    done = [Erasure(house.store).erase("c") for _ in range(2)]

    assert done == [Erased(found=1, erased=1), Erased(found=1, erased=0)]
    assert house.admin.body(claim.delivery) == REST
    assert house.state_of(claim.job) == state
    assert house.store.hget(KEYS.counts, "bodies_erased") == b"1"
    assert_consistent(house.store)


def test_a_completed_delivery_leaves_the_index_and_keeps_the_time_of_its_erasing(
    house: House,
) -> None:
    """With the last job the customer's index is gone; that the body was erased still shows."""
    delivery = pending(house)
    Erasure(house.store).erase("cust_1")

    for name, _ in HANDLERS:
        house.jobs.done(house.claim(f"{delivery}:{name}"), "done")

    assert house.store.exists(KEYS.customer + "cust_1") == 0
    found = house.admin.delivery(delivery)
    assert found
    assert found.completed
    assert found.erased
    assert_consistent(house.store)


@pytest.mark.parametrize("state", ["queued", "running", "waiting", "failed"])
@pytest.mark.parametrize("body", [WHOLE, POISON], ids=["whole", "poison"])
def test_a_body_that_was_not_processed_is_found(house: House, state: str, body: bytes) -> None:
    """An operator's erasing finds it in every state; a webhook's, only where none works on it."""
    claim = house.in_state(state, "process")
    house.store.hset(KEYS.delivery + claim.delivery, "body", pack(body))
    erasure = Erasure(house.store)

    by_webhook = erasure.erase("cust_1")
    by_operator = erasure.erase("cust_1", who="ops", now=True)

    assert by_webhook.erased == (state == "failed")
    assert by_operator.erased == (state != "failed")
    assert house.admin.body(claim.delivery) == redacted(body)
    assert house.state_of(claim.job) == state
    assert_consistent(house.store)


def test_no_other_customers_body_is_touched(house: House) -> None:
    """Bodies of others stay, those whose code this customer owns among them."""
    bodies = [
        samples.body(samples.assignment_deleted(n, customer_id=customer, referrer_id="cust_1"))
        for n, customer in ((1, "cust_2"), (2, "cust_12"), (3, "a_cust_1"))
    ]
    pending(house, bodies[0], "cust_2")
    house.failed(bodies[1])
    house.intake.accept(bodies[2])
    before = snapshot(house.store)

    assert Erasure(house.store).erase("cust_1", now=True) == Erased(found=0, erased=0)

    after = snapshot(house.store)
    assert after.pop(KEYS.erased + "cust_1")
    assert after == before


def test_many_bodies_are_found_page_by_page(house: House) -> None:
    """More bodies than a page holds, of this customer and others, are all read."""
    number = 3 * PAGE
    for one in range(number):
        customer = "cust_1" if one % 2 else "cust_2"
        body = samples.body(samples.assignment_deleted(one, customer_id=customer))
        if one % 3:
            house.intake.accept(body)
        else:
            pending(house, body, customer)

    done = Erasure(house.store).erase("cust_1", now=True)

    assert done == Erased(found=number // 2, erased=number // 2)


@pytest.mark.parametrize("body", [WHOLE, POISON], ids=["handed on", "set aside"])
def test_what_comes_after_the_erasure_is_reduced_with_its_first_step(
    house: House, body: bytes
) -> None:
    """The step that hands a body on, or sets it aside, reduces it: there is no time between."""
    Erasure(house.store).erase("cust_1")
    claim = house.process(body)

    if body is WHOLE:
        house.jobs.fan_out(claim, HANDLERS, outcome="handed on", customer="cust_1")
    else:
        house.jobs.fail(claim, "not_json", "an error")

    assert house.admin.body(claim.delivery) == redacted(body)
    assert_consistent(house.store)


def test_a_poisoned_body_of_others_is_kept_for_the_operator(house: House) -> None:
    """What could not be read and is about no one who was erased stays byte for byte."""
    Erasure(house.store).erase("cust_2")

    delivery = house.failed(POISON)[:32]

    assert house.admin.body(delivery) == POISON


def test_a_lease_that_was_lost_reduces_nothing(house: House) -> None:
    """A run that was overtaken changes nothing, erased or not."""
    Erasure(house.store).erase("cust_1")
    for end in ("fan_out", "fail"):
        claim = house.process(WHOLE)
        house.store.zadd(KEYS.running, {claim.job: 1}, xx=True)
        house.reap()
        before = snapshot(house.store)

        if end == "fan_out":
            house.jobs.fan_out(claim, HANDLERS, outcome="on", customer="cust_1")
        else:
            house.jobs.fail(claim, "no_such", "an error")

        assert snapshot(house.store) == before
        house.store.flushdb()
        Erasure(house.store).erase("cust_1")


def test_a_body_that_changed_since_it_was_read_is_not_replaced(house: House) -> None:
    """Replacing is refused for other bytes and for a delivery that is completed or unknown."""
    delivery = pending(house)
    erasure = Erasure(house.store)
    ended = house.completed()
    before = snapshot(house.store)

    for one, body in ((delivery, pack(b"other")), (ended, pack(b"{}")), ("0" * 32, b"")):
        assert erasure._erase(args=[one, body, pack(NOTHING)]) == 0

    assert snapshot(house.store) == before


def test_an_id_that_is_none_makes_no_key(house: House) -> None:
    """Text that could be a name or an address never stands in a key."""
    pending(house, customer="ada.quill@example.test")

    assert not [key for key in house.store.scan_iter() if b"quill" in key]


def test_the_erasure_is_known_as_long_as_bodies_can_come_again(house: House) -> None:
    """The note lives 190 days, and erasing again begins them anew."""
    erasure = Erasure(house.store)
    erasure.erase("cust_1")
    house.store.pexpire(KEYS.erased + "cust_1", 1000)

    erasure.erase("cust_1")

    assert MEMORY_SECONDS - 60 < house.store.ttl(KEYS.erased + "cust_1") <= MEMORY_SECONDS


def test_the_command_erases_and_is_recorded(run: Run, house: House) -> None:
    """It says how many it found and erased, and who did it why stands in the record."""
    delivery = pending(house)

    first = run("--as", "ada", "erase", "--customer", "cust_1", "--why", "asked by mail")
    second = run("--json", "erase", "--customer", "cust_1")
    shown = run("show", delivery)

    assert (first.returncode, first.stdout) == (
        0,
        b"1 of the customer's deliveries found, 1 erased\n",
    )
    assert json.loads(second.stdout) == {"customer": "cust_1", "found": 1, "erased": 0}
    assert b"erased" in shown.stdout
    (_, entry), _ = house.store.xrange(KEYS.audit)
    assert entry == {
        b"who": b"ada",
        b"action": b"erase",
        b"what": b"cust_1",
        b"why": b"asked by mail",
    }
    assert house.store.hmget(KEYS.counts, "customers_erased", "bodies_erased") == [b"2", b"1"]


@pytest.mark.parametrize(
    "words", [(), ("--customer", "ada.quill@example.test"), ("--customer", "")]
)
def test_wrong_use_erases_and_records_nothing(
    here: Run, house: House, words: tuple[str, ...]
) -> None:
    """An address where the id belongs is refused, so that it is not recorded permanently."""
    ran = here("erase", *words)

    assert ran.returncode == 2
    assert snapshot(house.store) == {}


def test_a_store_that_is_gone_is_reported(run: Run) -> None:
    """Without a store the command says so, like all others."""
    ran = run("erase", "--customer", "cust_1", url="redis://127.0.0.1:1/0")

    assert ran.returncode == 1
    assert ran.stderr == b"the inbox cannot take this now: the store cannot be reached\n"
