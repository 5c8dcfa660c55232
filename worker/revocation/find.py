"""Looking up what a decision needs, paged to the end, in as few calls as it takes."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from schemas import HolderAssignmentDeleted
from worker.revocation.client import Json, RevocationClient
from worker.revocation.findings import Addition, Code, Findings, Presence, ReferrerReward
from worker.revocation.needs import Needs, no_window
from worker.revocation.reading import (
    addition_of,
    card_of,
    code_of,
    moment,
    redemptions_of,
    removal_name,
    rewards_of,
)
from worker.services import Job


#: Transactions come newest first; so far behind the assignment nothing of it is expected.
_MARGIN: Final = timedelta(days=1)

#: A card that a reward was put on may be noted as the customer's a little later.
_PUBLISHED: Final = timedelta(minutes=1)

_REWARD_TYPES: Final = (
    "customer.rewarded",
    "customer.voucher.gift.balance_added",
    "customer.voucher.loyalty_card.points_added",
)


def find(
    event: HolderAssignmentDeleted, wanted: Needs, client: RevocationClient, job: Job
) -> Findings:
    """
    Look up what `needs` asked for.

    Raises:
        NeedsPersonError: the event lacks what a safe search needs.
        RetryableError: the API did not answer as it should.
    """
    held = _redeemables(wanted.additions_to, client, job)
    presence = _presence(event, client, job)
    customer_exists = held is not None
    if presence is Presence.CODE_GONE:
        if wanted.additions_to is None:
            customer_exists = client.customer(event.holder.customer_id, job) is not None
        if not customer_exists:
            presence = Presence.NOTHING_KNOWN
    additions, removals = _changes(event, held or [], client, job)
    return Findings(
        presence=presence,
        customer_exists=customer_exists,
        additions=additions,
        removals=removals,
        elsewhere=_elsewhere(event, held or []),
        referrer_rewards=tuple(_rewards(event, wanted.rewards_of, client, job)),
        redemptions=tuple(_redemptions(event, wanted.redemptions_of, client, job)),
        code=_code(event, client, job) if wanted.code else None,
    )


def _presence(event: HolderAssignmentDeleted, client: RevocationClient, job: Job) -> Presence:
    holder = event.holder
    pages = client.holders(holder.redeemable_id, holder.customer_id, job)
    if pages is None:
        return Presence.CODE_GONE
    # The filter may be ignored: what belongs to other customers is passed over here.
    mine = [each for each in pages if each.get("customer_id") == holder.customer_id]
    if any(each.get("id") == holder.id for each in mine):
        return Presence.STILL_ASSIGNED
    assigned = holder.created_at
    for each in mine:
        at = moment(each.get("created_at"))
        if assigned is None or at is None or at > assigned:
            return Presence.ASSIGNED_AGAIN
    return Presence.GONE


def _redeemables(customer: str | None, client: RevocationClient, job: Job) -> list[Json] | None:
    if customer is None:
        return []
    pages = client.redeemables(customer, job)
    return None if pages is None else list(pages)


def _elsewhere(event: HolderAssignmentDeleted, held: list[Json]) -> datetime | None:
    """Tell from when on what was put on the cards may be another code's reward."""
    assigned, removed = event.holder.created_at, event.event.created_at
    others = (
        moment(each.get("created_at"))
        for each in held
        if each.get("holder_role") == "REFEREE"
        and each.get("redeemable_id") != event.holder.redeemable_id
    )
    return min((at for at in others if at and assigned and assigned <= at <= removed), default=None)


def _changes(
    event: HolderAssignmentDeleted, held: list[Json], client: RevocationClient, job: Job
) -> tuple[tuple[Addition, ...], frozenset[str]]:
    """Read what was put on the customer's cards meanwhile, and what was taken off since."""
    holder, removed = event.holder, event.event.created_at
    since = {
        card: moment(redeemable.get("created_at"))
        for redeemable in held
        # The code is the referrer's; a referee has it only for as long as it is assigned.
        if (card := card_of(redeemable, holder.customer_id)) and card.id != holder.redeemable_id
    }
    if since and holder.created_at is None:
        raise no_window(event)
    additions: list[Addition] = []
    removals: set[str] = set()
    for card, theirs in since.items():
        for transaction in client.transactions(card.id, job) or ():
            if holder.created_at is None or _long_before(transaction, holder.created_at):
                break
            if name := removal_name(transaction):
                removals.add(name)
            addition = addition_of(transaction, card)
            if addition and addition.automatic and theirs and addition.at < theirs - _PUBLISHED:
                # It was given to whoever held the card before.
                continue
            # What lies outside belongs to another assignment, or to the customer.
            if addition and holder.created_at <= addition.at <= removed:
                additions.append(addition)
    return tuple(additions), frozenset(removals)


def _long_before(transaction: Json, assigned: datetime) -> bool:
    at = moment(transaction.get("created_at"))
    return at is not None and at < assigned - _MARGIN


def _rewards(
    event: HolderAssignmentDeleted, referrer: str | None, client: RevocationClient, job: Job
) -> Iterator[ReferrerReward]:
    if referrer is None:
        return
    activities = [
        activity
        for kind in _REWARD_TYPES
        for activity in client.activity(referrer, kind, event.holder.campaign_id, job) or ()
    ]
    yield from rewards_of(activities)


def _redemptions(
    event: HolderAssignmentDeleted, customer: str | None, client: RevocationClient, job: Job
) -> Iterator[str]:
    if customer is None:
        return
    told = redemptions_of(client.customer(customer, job) or {}, event.holder.campaign_id)
    assigned, removed = event.holder.created_at, event.event.created_at
    for redemption, at in told:
        # By the redemption the customer was assigned, so it may stand a little before that.
        if at is None or (at <= removed and (assigned is None or at >= assigned - _MARGIN)):
            yield redemption


def _code(event: HolderAssignmentDeleted, client: RevocationClient, job: Job) -> Code | None:
    return code_of(client.voucher(event.holder.redeemable_id, job) or {})
