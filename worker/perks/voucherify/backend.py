from schemas import HolderAssignmentDeleted, UnknownValue
from worker.errors import NeedsPersonError, RetryableError
from worker.perks.scope import Scope, scope_of
from worker.perks.settings import PerksSettings
from worker.perks.voucherify.client import UNKNOWN_OUTCOME_WAIT_SECONDS, VoucherifyClient
from worker.perks.voucherify.grants import (
    Card,
    Grant,
    balance_of,
    card_of,
    could_hold_reward,
    grant_of,
    is_take_back,
    reward_of,
    source_id,
)
from worker.services import Job


class VoucherifyPerks:
    """
    Takes the referee's reward back: gift credits or points, over the REST API.

    The API knows no idempotency keys. Every take-back therefore carries a name of its own
    in the card's transactions, which are read before anything is sent: what is found there
    was done, by this run or an earlier one.
    """

    def __init__(self, client: VoucherifyClient) -> None:
        self._client = client

    @classmethod
    def from_settings(cls, settings: PerksSettings) -> "VoucherifyPerks":
        """Make the backend with a client of its own."""
        return cls(
            VoucherifyClient(
                settings.voucherify_url, settings.voucherify_app_id, settings.voucherify_app_token
            )
        )

    def revoke(self, event: HolderAssignmentDeleted, job: Job) -> str:
        """Take back the reward that the referee got for this assignment."""
        match scope_of(event):
            case Scope.OWNER:
                return "nothing to take back: not a referral role"
            case Scope.REFERRER:
                raise NeedsPersonError(
                    "a referrer lost the code; what was earned with it is not taken back by "
                    f"itself (holder {event.holder.id}, voucher {event.holder.redeemable_id})"
                )
            case Scope.REFEREE:
                return self._take_back_reward(event, job)

    def close(self) -> None:
        """Give up connections."""
        self._client.close()

    def _take_back_reward(self, event: HolderAssignmentDeleted, job: Job) -> str:
        if event.holder.created_at is None:
            raise NeedsPersonError(
                "data.holder.created_at is missing, so it cannot be told which reward belongs "
                f"to this assignment (holder {event.holder.id})"
            )
        reward = reward_of(event)
        if reward is not None and isinstance(reward.type, UnknownValue):
            raise NeedsPersonError(
                "the campaign's reward is neither credit, points nor a discount, so it cannot be "
                f"told what to take back (holder {event.holder.id})"
            )
        grants: list[Grant] = []
        for card in self._cards(event, job):
            found = self._read_card(card, event, job)
            if found is None:
                return f"taken back before: card {card.id}"
            grants += found
        if not grants:
            return "nothing to take back: no reward was given for this assignment"
        if len(grants) > 1:
            raise NeedsPersonError(
                "several grants could be this assignment's reward: transactions "
                + ", ".join(grant.transaction for grant in grants)
            )
        if grants[0].by_hand:
            raise NeedsPersonError(
                "what was put on the card may be the customer's own and not this assignment's "
                f"reward: transaction {grants[0].transaction}"
            )
        return self._take_back(grants[0], event, job)

    def _cards(self, event: HolderAssignmentDeleted, job: Job) -> list[Card]:
        held = self._client.customer_redeemables(event.holder.customer_id, job)
        cards = [card for redeemable in held if (card := card_of(redeemable))]
        return [card for card in cards if could_hold_reward(card, event)]

    def _read_card(
        self, card: Card, event: HolderAssignmentDeleted, job: Job
    ) -> list[Grant] | None:
        """List what this assignment gave on a card; None if it was taken back already."""
        name = source_id(event.holder.id, card.type)
        grants = []
        for transaction in self._client.transactions(card.id, job):
            if is_take_back(transaction, name):
                return None
            if grant := grant_of(transaction, card, event):
                grants.append(grant)
        return grants

    def _take_back(self, grant: Grant, event: HolderAssignmentDeleted, job: Job) -> str:
        card = grant.card
        balance = balance_of(self._client.voucher(card.id, job), card.type)
        if balance is None:
            raise NeedsPersonError(f"the balance of card {card.id} cannot be read")
        amount = min(grant.amount, max(balance, 0))
        if amount == 0:
            return f"nothing left to take back on card {card.id}: {grant.amount} already spent"
        self._client.change_balance(
            card.id,
            -amount,
            source_id=source_id(event.holder.id, card.type),
            reason="referral revoked",
            job=job,
        )
        self._confirm(card, event, job)
        short = f", {grant.amount - amount} already spent" if amount < grant.amount else ""
        return f"took back {amount} from card {card.id}{short}"

    def _confirm(self, card: Card, event: HolderAssignmentDeleted, job: Job) -> None:
        name = source_id(event.holder.id, card.type)
        told = 0.0
        try:
            transactions = self._client.transactions(card.id, job)
            if any(is_take_back(transaction, name) for transaction in transactions):
                return
        except RetryableError as error:
            told = error.retry_after_seconds or 0.0
        # Not sooner, whatever kept us from seeing it: the next run must find it there.
        raise RetryableError(
            "voucherify_unconfirmed",
            "the balance change was answered, and is not seen among the card's transactions yet",
            retry_after_seconds=max(told, UNKNOWN_OUTCOME_WAIT_SECONDS),
        )
