"""What perkhook does over Voucherify's API, flow by flow, and what came of each by the books."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeAlias

from tests.histories.works import Works
from tests.unit.worker.build import job
from worker.errors import JobError, PermanentError
from worker.revocation.execute.mark import MARK
from worker.revocation.execute.undo import undo
from worker.run.verdict import Completed, Failed, Waiting
from worker.settings.policies import Policies


#: What a flow did, and how often: ("moved", card, amount), ("off", voucher), …
Facts: TypeAlias = Counter[tuple[str | int, ...]]

CREDITS: Final = {"type": "GIFT_VOUCHER", "amount": 500}
POINTS: Final = {"type": "LOYALTY_CARD", "amount": 250}
COUPON: Final = {"type": "DISCOUNT_VOUCHER"}

#: What else stands in every customer's metadata, and must stay there.
_METADATA: Final = {"language": "de"}

#: More tries than any undo needs.
_MOST_UNDOS: Final = 60

#: What each sentence says was done. A sentence about it without the fact is a lie.
_SAID: Final = {
    "moved": re.compile(r"took back ([1-9]\d*) from card (\S+?)[,;)\s]"),
    "off": re.compile(r"switched off voucher (\S+?)[,;)\s]"),
    "rolled back": re.compile(r"rolled back redemption (\S+?)[,;)\s]"),
    "marked": re.compile(r"(?<!not )marked the (customer)"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """
    Something that is done by calls.

    Attributes:
        begins: makes it ready, and gives the bodies that are to be delivered.
        policies: what is taken back.
        undoes: whether what was taken is given back then, which is what is watched.
    """

    begins: Callable[[Works], list[bytes]]
    policies: Policies = field(default_factory=Policies)
    undoes: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """
    What came of a flow.

    Attributes:
        kinds: its calls.
        facts: what was done by the stand-in's books.
        said: sentences of jobs that are done or failed.
        failed: why jobs failed.
        waits: why jobs waited, and for how many seconds.
    """

    kinds: list[str]
    facts: Facts
    said: list[str]
    failed: list[str]
    waits: list[tuple[str, float]]


def play(works: Works, flow: Flow, plan: Callable[[], None] = lambda: None) -> Played:
    """Play a flow in which something is planned for its calls, and check that it says the truth."""
    works.begin(flow.policies)
    bodies = flow.begins(works)
    for customer in works.shop.world.store.customers.values():
        customer.metadata = dict(_METADATA)
    if not flow.undoes:
        works.line.clear()
        plan()
    for body in bodies:
        works.deliver(body)
    works.complete()
    tries: list[JobError] = []
    if flow.undoes:
        assert works.failed() == []
        works.line.clear()
        works.ends.clear()
        plan()
        tries = _undo_all(works)
    played = _played(works, tries)
    _check(works, played)
    return played


def _undo_all(works: Works) -> list[JobError]:
    """Give everything back that was taken, as an operator does who tries until it is done."""
    met: list[JobError] = []
    (holder,) = works.removed
    for effect in list(works.effects.of(holder=holder)):
        for _ in range(_MOST_UNDOS if effect.fields["kind"] in {"take", "disable"} else 0):
            try:
                undo(effect, "why", works.api, works.effects, replace(job(), now=works.shop.now))
            except PermanentError as error:
                met.append(error)
            except JobError as error:
                met.append(error)
                works.time.let_time_pass(max(getattr(error, "retry_after_seconds", None) or 0, 30))
                continue
            break
    return met


def _played(works: Works, tries: list[JobError]) -> Played:
    ended = [each.verdict for each in works.ends if isinstance(each, Waiting | Failed)]
    completed = [each.outcome for each in works.ends if isinstance(each, Completed)]
    permanent = [each for each in tries if isinstance(each, PermanentError)]
    waits = [(each.reason, each.delay_seconds or 0) for each in ended if each.delay_seconds]
    again = [each for each in tries if each not in permanent]
    waits += [(each.reason, getattr(each, "pause_seconds", None) or 0) for each in again]
    failed = [f"{reason}: {error}" for _, reason, error in works.failed()]
    failed += [f"{each.reason}: {each}" for each in permanent]
    return Played(
        kinds=list(works.line.kinds),
        facts=facts(works),
        said=[each for each in completed if not each.startswith("handed")] + failed,
        failed=failed,
        waits=waits,
    )


def facts(works: Works) -> Facts:
    """List what was done, by the stand-in's books."""
    store, found = works.shop.world.store, Facts()
    for voucher in store.vouchers.values():
        for each in voucher.transactions:
            if each.source_id and each.source_id.startswith(("rvk:", "undo:")):
                found["moved", voucher.id, each.amount] += 1
        if not voucher.active:
            found["off", voucher.id] += 1
    for redemption in store.redemptions.values():
        if redemption.rollback_id:
            found["rolled back", redemption.id] += 1
    for customer in store.customers.values():
        if MARK in customer.metadata:
            found["marked", customer.id] += 1
    return found


def _check(works: Works, played: Played) -> None:
    """Hold what perkhook says, and its ledger, against the books."""
    there = played.facts
    assert max(there.values(), default=1) == 1, ("done twice", there)
    for sentence in played.said:
        for match in _SAID["moved"].finditer(sentence + " "):
            amount, card = match.groups()
            assert there["moved", card, -int(amount)], sentence
        for what in ("off", "rolled back"):
            for match in _SAID[what].finditer(sentence + " "):
                assert there[what, match[1]], sentence
        if _SAID["marked"].search(sentence):
            assert any(what == "marked" for what, *_ in there), sentence
    moved = sum(int(amount) for what, *_, amount in there if what == "moved")
    assert moved == sum(_moved_by_ledger(works)), "the ledger and the cards differ"
    refused = any("refuses to put back" in each for each in played.said)
    for customer in works.shop.world.store.customers.values():
        assert refused or _METADATA.items() <= customer.metadata.items(), "metadata is lost"
    assert works.line.collisions == []
    assert works.shop.violations() == []


def _moved_by_ledger(works: Works) -> list[int]:
    signs = {"take": -1, "give": 1}
    effects = [each for holder in works.removed for each in works.effects.of(holder=holder)]
    return [
        signs[each.fields["kind"]] * each.number("amount")
        for each in effects
        if each.state == "confirmed" and each.fields["kind"] in signs
    ]


def _removed(works: Works, **wanted: Any) -> list[bytes]:
    """Let a referee be removed."""
    (referee,) = works.shop.scenario(**wanted)["referees"]
    return works.shop.unassign(referee["holder"])


def _replaced(works: Works) -> list[bytes]:
    works.shop.call("PUT", "/options", {"metadata_put": "replace"})
    return _removed(works, reward=None)


def _two(works: Works) -> list[bytes]:
    # By the second it is known how metadata is updated.
    made = works.shop.scenario(reward=None, referees=2)["referees"]
    return works.shop.unassign(*(each["holder"] for each in made))


def _reversed(works: Works) -> list[bytes]:
    """Let a rollback take the reward back by itself."""
    made = works.shop.scenario(reward=CREDITS)
    wanted = {"rollback_reverses": "referee"}
    works.shop.call("PUT", f"/campaigns/{made['campaign']['id']}", wanted)
    return works.shop.unassign(made["referees"][0]["holder"])


def _referrer(works: Works) -> list[bytes]:
    return works.shop.unassign(works.shop.scenario(reward=None)["referrer"]["holder"])


def _still_there(works: Works) -> list[bytes]:
    """Let a webhook say that someone was removed who was not."""
    gone, there = works.shop.scenario(reward=CREDITS, referees=2)["referees"]
    (body,) = works.shop.unassign(gone["holder"])
    for name in ("holder", "customer"):
        body = body.replace(gone[name].encode(), there[name].encode())
    return [body]


def _claws_back(tier: dict[str, Any]) -> Flow:
    return Flow(
        begins=lambda works: _removed(works, reward=None, tier=tier),
        policies=Policies(claw_back_referrer=True),
    )


FLOWS: Final[dict[str, Flow]] = {
    "credits": Flow(begins=lambda works: _removed(works, reward=CREDITS)),
    "points": Flow(begins=lambda works: _removed(works, reward=POINTS)),
    "referrer's coupon": _claws_back(COUPON),
    "referrer's credits": _claws_back({"type": "GIFT_VOUCHER", "amount": 200}),
    "referrer's points": _claws_back({"type": "LOYALTY_CARD", "amount": 90}),
    "rollback": Flow(
        begins=lambda works: _removed(works, reward=CREDITS),
        policies=Policies(roll_back_redemption=True),
    ),
    "rollback, reversed": Flow(begins=_reversed, policies=Policies(roll_back_redemption=True)),
    "referrer removed": Flow(begins=_referrer),
    "two marks": Flow(begins=_two),
    "mark, replaced": Flow(begins=_replaced),
    "still assigned": Flow(begins=_still_there),
    "undo credits": Flow(begins=lambda works: _removed(works, reward=CREDITS), undoes=True),
    "undo coupon": replace(_claws_back(COUPON), undoes=True),
}
