"""Plays made-up events from the receiver to the end, by the product's own steps."""

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import Any, Final, cast

from bench.remembering.made import MadeEvent, MadeRemoval
from inbox.intake import Intake
from inbox.jobs import Jobs
from inbox.ledger import Effects, EffectState
from inbox.model.effect import Perk
from inbox.model.job import Claim
from inbox.model.time import moment
from inbox.retention import Limits, Retention
from inbox.store.client import StoreClient
from schemas import HolderAssignmentDeleted, load_envelope, load_event, parse_body
from tests import samples
from worker.revocation.cards import Card
from worker.revocation.client import RevocationClient
from worker.revocation.execute.effect import planned
from worker.revocation.execute.take import take
from worker.revocation.steps import MarkCustomer, TakeBalance
from worker.run.job import ClaimedJob
from worker.voucherify.answer import Answer, Changed


#: As in production (`settings/variables/work.py`).
WINDOW: Final = timedelta(days=7)
MEMORY: Final = timedelta(days=190)

#: The two handlers of a dry run: name, queue, and how each ends.
_DRY_RUN: Final = (
    ("notify_crm", "crm", "dry run: would note the removal"),
    ("revoke_referral_perks", "perks", "dry run: would take back the referee's reward"),
)
_REVOKE: Final = _DRY_RUN[1:]

_LEASE_SECONDS: Final = 300
_REASON: Final = "the referee's reward: it is what the campaign promises"


class Past:
    """
    Lets events be accepted, handled, completed and remembered.

    What happens between the steps (a body read, Voucherify asked, Celery) leaves nothing in the
    store that lasts, and is left out. So is the rate cap, which remembers for an hour.
    """

    def __init__(self, client: StoreClient) -> None:
        self._client: Any = client
        self._keys = client.names
        self._intake = Intake(client)
        self._jobs = Jobs(
            client,
            lease_seconds=_LEASE_SECONDS,
            dedupe_window_seconds=int(WINDOW.total_seconds()),
            removal_memory_seconds=int(MEMORY.total_seconds()),
        )
        self._effects = Effects(client, memory_seconds=int(MEMORY.total_seconds()))
        self._retention = Retention(
            client,
            Limits(
                removal_seconds=int(MEMORY.total_seconds()),
                failed_seconds=7_776_000,
                failed_most=100_000,
                completed_most=2_000_000,
            ),
            dedupe_window_seconds=int(WINDOW.total_seconds()),
        )

    def unwanted(self, event: MadeEvent) -> None:
        """Play an event that no handler wants."""
        self._jobs.fan_out(
            self._accepted(event),
            (),
            outcome=f"no handler for {event.kind}",
            facts=json.dumps(_facts(event)),
            unwanted=True,
        )

    def dry_run(self, removal: MadeRemoval) -> None:
        """Play a removal with handlers that only log."""
        claim = self._fanned_out(removal, _DRY_RUN)
        for name, _, outcome in _DRY_RUN:
            self._jobs.done(self._claimed(claim.delivery, name), outcome)

    def removal(self, removal: MadeRemoval) -> None:
        """Play a removal whose reward is taken off a card, and whose customer is marked."""
        delivery = self._fanned_out(removal, _REVOKE).delivery
        claim = self._claimed(delivery, _REVOKE[0][0])
        outcomes = self._taken(removal, claim), self._marked(removal, claim)
        self._jobs.done(claim, ", ".join(outcomes))

    def forget_messages(self) -> None:
        """Remove the messages that Celery's consumers would have taken."""
        queues = ("deliveries", *(queue for _, queue, _ in _DRY_RUN))
        self._client.delete(*(self._keys.celery + queue for queue in queues))

    def keep(self) -> None:
        """Fold what is completed, and drop what is over, as each worker does every 10 s."""
        self.forget_messages()
        for _ in self._retention.trim():
            pass

    def _accepted(self, event: MadeEvent) -> Claim:
        return self._claimed(self._intake.accept(event.body).delivery, "process")

    def _claimed(self, delivery: str, name: str) -> Claim:
        claim = self._jobs.claim(f"{delivery}:{name}:1")
        if not isinstance(claim, Claim):
            raise TypeError(f"not claimed: {claim}")
        return claim

    def _fanned_out(self, removal: MadeRemoval, handlers: Iterable[tuple[str, str, str]]) -> Claim:
        claim = self._accepted(removal)
        names = ", ".join(name for name, _, _ in handlers)
        ids = {
            "holder": removal.holder,
            "customer": removal.customer,
            "campaign": removal.campaign,
            "role": "REFEREE",
        }
        self._jobs.fan_out(
            claim,
            [(name, queue) for name, queue, _ in handlers],
            outcome=f"handed to {names}",
            facts=json.dumps(_facts(removal) | ids),
            identity=f"{removal.kind}:{removal.holder}",
            identity_of="assignment",
            customer=removal.customer,
        )
        return claim

    def _taken(self, removal: MadeRemoval, claim: Claim) -> str:
        step = TakeBalance(
            perk=Perk.GIFT_CREDITS,
            card=Card(removal.card, "GIFT_VOUCHER", None),
            granted=removal.amount,
            due=removal.amount,
            grant=removal.grant,
            name=f"rvk:{removal.holder}:gift_credits",
            reason=_REASON,
            balance=removal.before,
            read_at=moment(claim.claimed_ms),
        )
        client = cast("RevocationClient", _Card(removal.before))
        return take(step, _event(removal), client, self._effects, _job(claim))

    def _marked(self, removal: MadeRemoval, claim: Claim) -> str:
        step = MarkCustomer(customer=removal.customer, reason="referral removed")
        attempt = planned(
            self._effects, _event(removal), step, _job(claim), kind="mark", thing=removal.customer
        )
        outcome = "marked the customer"
        attempt.record(EffectState.CONFIRMED, outcome=outcome, removed_at=_iso(removal))
        return outcome


class _Card:
    """Answers for Voucherify: the balance of a card is changed."""

    def __init__(self, balance: int) -> None:
        self._balance = balance

    def change_balance(self, _card: str, amount: int, *_: Any) -> Changed:
        """Change it."""
        return Changed(Answer.APPLIED, self._balance + amount)


def _job(claim: Claim) -> ClaimedJob:
    now = moment(claim.claimed_ms)
    return ClaimedJob(id=claim.job, delivery=claim.delivery, deadline=0, now=lambda: now)


def _facts(event: MadeEvent) -> dict[str, str]:
    return {"event_type": event.kind, "event_id": event.event, "event_created_at": _iso(event)}


def _iso(event: MadeEvent) -> str:
    return event.at.isoformat(timespec="milliseconds")


def _event(removal: MadeRemoval) -> HolderAssignmentDeleted:
    """Return the event as the steps of a revocation get it."""
    sample = _sample()
    return replace(
        sample,
        event=replace(sample.event, id=removal.event, created_at=removal.at),
        holder=replace(sample.holder, id=removal.holder, customer_id=removal.customer),
    )


@cache
def _sample() -> HolderAssignmentDeleted:
    body = samples.body(samples.assignment_deleted())
    event = load_event(load_envelope(parse_body(body)))
    if not isinstance(event, HolderAssignmentDeleted):
        raise TypeError(type(event))
    return event
