"""Reads what a decision needs, all pages of it, in as few calls as possible."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from schemas import HolderAssignmentDeleted
from worker.job import Job
from worker.revocation.cards import Statement
from worker.revocation.client import RevocationClient
from worker.revocation.event import assigned_at
from worker.revocation.evidence.additions import additions, needs_conversions, needs_promise
from worker.revocation.evidence.conversions import window_of
from worker.revocation.evidence.due import cards_of, may_count_elsewhere
from worker.revocation.evidence.window import MARGIN
from worker.revocation.find.needs import Needs
from worker.revocation.find.shared import Learned, SharedLists, Turns
from worker.revocation.findings import Code, Conversion, Findings, Presence, Promise, ReferrerReward
from worker.revocation.read.promise import promise_in, promise_of
from worker.revocation.read.rewards import rewards_of
from worker.revocation.read.statement import card_of, statement_of
from worker.revocation.read.voucher import code_of, conversions_of
from worker.voucherify.values import Json, moment


#: Transactions come newest first; so long before the assignment nothing of it is expected.
_MARGIN: Final = timedelta(days=1)

#: The fields of a campaign that its promise is read from.
_OF_PROMISE: Final = ("referral_program", "updated_at", "created_at")

#: How long a campaign that was read counts as its present state.
PROMISE_SECONDS: Final = 600


class Finder:
    """
    Reads what `needs` says.

    Args:
        client: Voucherify's API.
        learned: shared by workers, so that a campaign is read once for many removals.
    """

    def __init__(self, client: RevocationClient, learned: Learned) -> None:
        self._client = client
        self._learned = learned
        self._lists = SharedLists()
        self._turns = Turns()

    def find(
        self,
        event: HolderAssignmentDeleted,
        wanted: Needs,
        job: Job,
        *,
        after: datetime | None = None,
    ) -> Findings:
        """
        Return what is needed; no shared list was read before `after` or before the removal.

        Raises:
            NeedsPersonError: the event lacks what a safe search needs.
            RetryableError: the API did not answer as it should.
        """
        held = _redeemables(wanted.additions_to, self._client, job)
        presence = _presence(event, held or [], self._client, job)
        customer_exists = held is not None
        if presence is Presence.CODE_GONE:
            if wanted.additions_to is None:
                customer = self._client.customer(event.holder.customer_id, job)
                customer_exists = customer is not None
            if not customer_exists:
                presence = Presence.NOTHING_KNOWN
        found = Findings(
            presence=presence,
            customer_exists=customer_exists,
            elsewhere=_elsewhere(event, held or []),
            refers=any(each.get("holder_role") == "REFERRER" for each in held or []),
            code=_code(event, self._client, job) if wanted.code else None,
        )
        if presence in {Presence.STILL_ASSIGNED, Presence.NOTHING_KNOWN}:
            return found
        until = max(event.event.created_at, after or event.event.created_at)
        rewards = self._rewards(event, wanted.rewards_of, until, job)
        cards = tuple(self._referrer_cards(event, rewards, until, job))
        found = replace(found, referrer_rewards=rewards, referrer_cards=cards)
        statements = tuple(_statements(event, held or [], self._client, job))
        if wanted.conversions_of or (
            wanted.additions_to and may_count_elsewhere(event, found.referrer_rewards)
        ):
            found = replace(found, conversions=self._conversions(event, job))
        return self._explained(event, replace(found, statements=statements), job)

    def _explained(self, event: HolderAssignmentDeleted, found: Findings, job: Job) -> Findings:
        """Read the promise and the conversions where they matter."""
        if not found.statements:
            return replace(found, promise=promise_in(event))
        window = window_of(event, assigned_at(event), found.conversions or (), found.elsewhere)
        added = list(additions(found.statements, window))
        promise = promise_in(event)
        if promise is None and needs_promise(added, window):
            promise = self._promise(event.holder.campaign_id, job)
        found = replace(found, promise=promise)
        if found.conversions is None and needs_conversions(added, found, window):
            found = replace(found, conversions=self._conversions(event, job))
        return found

    def _promise(self, campaign: str, job: Job) -> Promise | None:
        name = f"campaign:{campaign}"
        with self._turns.of(name):
            known = self._learned.get(name)
            if known is None:
                # Only what a promise is read from is kept.
                read = self._client.campaign(campaign, job) or {}
                known = {each: read.get(each) for each in _OF_PROMISE}
                self._learned.put(name, known, seconds=PROMISE_SECONDS)
        return promise_of(known)

    def _conversions(self, event: HolderAssignmentDeleted, job: Job) -> tuple[Conversion, ...]:
        return conversions_of(self._client.customer(event.holder.customer_id, job) or {})

    def _rewards(
        self, event: HolderAssignmentDeleted, referrer: str | None, until: datetime, job: Job
    ) -> tuple[ReferrerReward, ...]:
        if referrer is None:
            return ()
        happened = self._lists.of(
            f"activity of {referrer}",
            lambda since: self._client.activity(referrer, since.isoformat(), job),
            since=assigned_at(event) - MARGIN,
            until=until,
            job=job,
        )
        return tuple(rewards_of(list(happened.items or ()), event.holder.campaign_id))

    def _transactions(self, card: str, job: Job, since: datetime) -> Iterator[Json] | None:
        pages = self._client.transactions(card, job)
        return None if pages is None else _back_to(pages, since)

    def _referrer_cards(
        self,
        event: HolderAssignmentDeleted,
        rewards: tuple[ReferrerReward, ...],
        until: datetime,
        job: Job,
    ) -> Iterator[Statement]:
        """Read the cards that this removal takes from, once for many removals."""
        if not rewards:
            return
        assigned = assigned_at(event)
        for card in cards_of(event, rewards, assigned):
            read = self._lists.of(
                f"transactions of {card.id}",
                partial(self._transactions, card.id, job),
                since=assigned - _MARGIN,
                until=until,
                job=job,
            )
            if read.items is not None:
                yield statement_of(card, {}, read.items, whole=False, read_at=read.read_at)


def _presence(
    event: HolderAssignmentDeleted, held: list[Json], client: RevocationClient, job: Job
) -> Presence:
    holder = event.holder
    pages = client.holders(holder.redeemable_id, holder.customer_id, job)
    listed = None if pages is None else list(pages)
    if any(each.get("id") == holder.id for each in (*(listed or ()), *held)):
        return Presence.STILL_ASSIGNED
    if listed is None:
        return Presence.CODE_GONE
    assigned = holder.created_at
    for each in listed:
        # The API may ignore the filter: other customers' holders are skipped here.
        if each.get("customer_id") != holder.customer_id:
            continue
        at = moment(each.get("created_at"))
        if assigned is None or at is None or at > assigned:
            return Presence.ASSIGNED_AGAIN
    return Presence.GONE


def _redeemables(customer: str | None, client: RevocationClient, job: Job) -> list[Json] | None:
    if customer is None:
        return []
    pages = client.redeemables(customer, job)
    return None if pages is None else list(pages)


def _elsewhere(event: HolderAssignmentDeleted, held: list[Json]) -> tuple[datetime, ...]:
    """Return when other assignments began: by other codes, or by this one again."""
    found = (
        moment(each.get("created_at"))
        for each in held
        if each.get("holder_role") == "REFEREE" and each.get("id") != event.holder.id
    )
    return tuple(sorted(at for at in found if at))


def _statements(
    event: HolderAssignmentDeleted, held: list[Json], client: RevocationClient, job: Job
) -> Iterator[Statement]:
    """Read the customer's cards, back to before the assignment."""
    holder, seen = event.holder, set()
    for redeemable in held:
        card = card_of(redeemable, holder.customer_id)
        # The code is the referrer's; a referee has it only while it is assigned.
        if card is None or card.id == holder.redeemable_id or card.id in seen:
            continue
        seen.add(card.id)
        begins, read_at = assigned_at(event) - _MARGIN, job.now()
        pages = client.transactions(card.id, job)
        if pages is None:
            continue
        found = list(_back_to(pages, begins))
        oldest = moment(found[-1].get("created_at")) if found else None
        whole = oldest is None or oldest >= begins
        yield statement_of(card, redeemable, found, whole=whole, read_at=read_at)


def _back_to(pages: Iterator[Json] | None, begins: datetime) -> Iterator[Json]:
    """Return transactions, newest first, to the first that is older than a time."""
    for transaction in pages or ():
        yield transaction
        at = moment(transaction.get("created_at"))
        if at is not None and at < begins:
            return


def _code(event: HolderAssignmentDeleted, client: RevocationClient, job: Job) -> Code | None:
    return code_of(client.voucher(event.holder.redeemable_id, job) or {})
