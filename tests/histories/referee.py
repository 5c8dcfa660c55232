"""What is due for a referee who left, by the stand-in's books and docs/revocation.md."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sandbox.voucherify.data.causes import Cause
from sandbox.voucherify.data.records import Holder, Role, Transaction, Voucher
from sandbox.voucherify.data.store import Store


#: As docs/revocation.md says them.
_BEFORE: Final = timedelta(seconds=2)
_AFTER: Final = timedelta(seconds=10)

#: What the API shows as added by Voucherify itself, without a cause.
_BARE: Final = frozenset({Cause.ASSIGNMENT, Cause.TIER, Cause.LOOKALIKE, Cause.PUBLICATION})


@dataclass
class Due:
    """
    What is due to be taken for one grant.

    Attributes:
        grant, card: what gave it, and onto which card.
        by: the assignment whose removal takes it.
        must: it is to be taken; else it is taken or a person is asked.
        silent: it may be left where it is without a word.
        settled: it was found to be taken, asked or gone.
    """

    grant: Transaction
    card: Voucher
    by: str
    must: bool
    silent: bool = False
    settled: bool = False


@dataclass(frozen=True)
class Around:
    """What else happened around an assignment that a product can see."""

    holder: Holder
    cards: list[Voucher]
    store: Store
    promised: tuple[str, int] | None

    def bare(self) -> list[Transaction]:
        """List what was added meanwhile and names no cause, this assignment's reward too."""
        return [each for each in self.added() if each.why.cause in _BARE]

    def added(self) -> list[Transaction]:
        """List what was put on the customer's cards meanwhile."""
        return [
            each
            for card in self.cards
            for each in (*card.transactions, *([card.opening] if card.opening else []))
            if each.amount > 0 and self.within(each.created_at)
        ]

    def within(self, at: datetime) -> bool:
        """Say whether it was while the assignment lasted."""
        ended = self.holder.ended_at
        assert ended is not None
        return self.holder.created_at - _BEFORE <= at <= ended

    def at_moment(self, change: Transaction) -> bool:
        """Say whether it was at the moment of the assignment or of its conversion."""
        trigger = self.holder.trigger
        moments = [self.holder.created_at, *([trigger.created_at] if trigger else [])]
        return any(each - _BEFORE <= change.created_at <= each + _AFTER for each in moments)

    def elsewhere(self, grant: Transaction) -> bool:
        """Say whether what was given may come from another code."""
        return self.taken_on() or self.converted(grant)

    def taken_on(self) -> bool:
        """Say whether another code took the customer on meanwhile, or just before."""
        ended = self.holder.ended_at
        assert ended is not None
        return any(
            each.customer_id == self.holder.customer_id
            and each.id != self.holder.id
            and each.role is Role.REFEREE
            and self.holder.created_at - _AFTER - _BEFORE <= each.created_at <= ended + _BEFORE
            for each in self.store.assignments.values()
        )

    def converted(self, grant: Transaction) -> bool:
        """
        Say whether another campaign's code converted the customer at the moment of the grant.

        Or since this assignment, if the grant was not at a moment of its own. Who is assigned
        to that code can redeem it again, so no assignment need have begun then.
        """
        customer = self.store.find_customer(self.holder.customer_id)
        moments = [
            datetime.fromisoformat(each["date"])
            for each in (customer.referrals if customer else [])
            if each["campaign_id"] != self.holder.campaign_id
        ]
        at, since = grant.created_at, self.holder.created_at
        return any(each - _BEFORE <= at <= each + _AFTER for each in moments) or (
            not self.at_moment(grant) and any(since <= each <= at for each in moments)
        )

    def contradicts(self, grant: Transaction, card: Voucher) -> bool:
        """Say whether what is promised by now is another thing than what was given."""
        campaign = self.store.campaigns.get(self.holder.campaign_id)
        if self.promised is not None:
            return self.promised != (card.type.value, grant.amount)
        if campaign is None or campaign.id in self.store.deleted:
            return True
        return campaign.updated_at > self.holder.created_at

    def looks_alike(self) -> bool:
        """Say whether something that somebody added looks like what is promised."""
        campaign = self.store.campaigns.get(self.holder.campaign_id)
        amounts = {self.promised[1]} if self.promised else set()
        if campaign and campaign.reward:
            amounts.add(campaign.reward.amount)
        return any(each.amount in amounts for each in self.added() if each.why.cause not in _BARE)


def due_for(around: Around) -> Due | None:
    """Say what is due for this assignment's own reward; None if it gave nothing to any card."""
    holder = around.holder
    grant = holder.grant
    if grant is None:
        return None
    card = next((each for each in around.cards if each.id == grant.card_id), None)
    if card is None:
        return None  # deleted, or another customer's by now
    change = grant.transaction
    alone = [each for each in around.bare() if each is not change] == []
    proved = (
        alone
        and not around.elsewhere(change)
        and not around.contradicts(change, card)
        and (around.at_moment(change) or around.promised is not None)
        and not is_doubtful(card, change)
    )
    return Due(change, card, holder.id, must=proved)


def is_doubtful(card: Voucher, grant: Transaction) -> bool:
    """Say whether something went off the card, or moved, that may have been the reward's."""
    odd = {Cause.EXPIRY, Cause.OTHER_REMOVAL, Cause.TRANSFER, Cause.MANUAL}
    return any(
        each.amount < 0 and each.why.cause in odd and each.created_at >= grant.created_at
        for each in card.transactions
    )


def may_ask(around: Around, due: Due | None) -> bool:
    """Say whether a person may be asked about the reward of this assignment."""
    if due is not None:
        return not due.must
    return bool(around.bare()) or around.looks_alike()


def may_be_mistaken(around: Around, change: Transaction) -> bool:
    """
    Say whether something may be taken for this assignment's reward that is not.

    Nothing of the API's tells it from one: it was added by Voucherify itself, names no cause, and
    was added at the very moment or is just what is promised (docs/revocation.md, what remains).
    """
    cause, others = change.why.cause, around.store.assignments
    if cause is Cause.ASSIGNMENT:
        # The reward of another assignment of the same customer, if that is over too.
        other = others.get(change.why.of or "")
        if other is None or other.customer_id != around.holder.customer_id:
            return False
        if other.ended_at is None:
            return False
    elif cause not in _BARE:
        return False
    return around.within(change.created_at) and (
        around.at_moment(change) or around.promised is not None
    )
