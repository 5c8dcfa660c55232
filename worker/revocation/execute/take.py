"""Takes a balance back: begins the effect, and changes the card by what is known of it."""

from inbox.ledger import Effects
from inbox.model.effect import Begun, Turn
from schemas import HolderAssignmentDeleted
from worker.errors import NeedsPersonError
from worker.job import Job
from worker.revocation.client import RevocationClient
from worker.revocation.execute.balance import BalanceChange
from worker.revocation.execute.card import CLOCKS, Known
from worker.revocation.execute.effect import effect_id, recorded
from worker.revocation.steps import REWARD, TakeBalance


def take(
    step: TakeBalance,
    event: HolderAssignmentDeleted,
    client: RevocationClient,
    effects: Effects,
    job: Job,
) -> str:
    """
    Take credits or points off a card once, and return what was taken in words.

    Raises:
        NeedsPersonError: the grant was taken back for another assignment, or it cannot be found
            out whether it was taken.
        PostponedError, RetryableError: not taken, or not known yet.
    """
    # A referrer's card was read for many removals, and a kept plan rests on what an earlier run
    # read: either may be older than a loss of the ledger.
    old = step.read_at is None or job.again or step.once != REWARD
    begun = effects.begin(
        effect_id(event, step),
        holder=event.holder.id,
        customer=event.holder.customer_id,
        ask_intact=old,
        fields={
            **recorded(event, step, job, kind="take"),
            "card": step.card.id,
            "card_type": step.card.type,
            "granted": step.granted,
            "due": step.due,
            "grant": step.grant,
            "name": step.name,
            "rest": step.rest,
        },
    )
    fields = begun.effect.fields
    if begun.turn is Turn.CLAIMED:
        raise NeedsPersonError(
            f"transaction {fields['grant']} was taken back for another assignment already, or "
            f"is about to be (holder {event.holder.id}): what did this one give?"
        )
    # An effect that an earlier run began continues as it began, not as it is decided now.
    same = fields["grant"] == step.grant
    known = Known(
        most=step.due if same else int(fields["due"]),
        balance=step.balance if same else None,
        read_at=step.read_at if same else None,
        made=step.found if same else None,
        search_first=old and _may_have_lost_it(step, event, begun),
    )
    made = BalanceChange(begun, client, effects, job).make(known)
    amount, short = made.number("amount"), made.number("shortfall")
    rest = step.rest if same and step.rest else f"{short} already spent"
    return f"took back {amount} from card {fields['card']}" + (f" ({rest})" if short > 0 else "")


def _may_have_lost_it(step: TakeBalance, event: HolderAssignmentDeleted, begun: Begun) -> bool:
    """Return whether the ledger may have lost that it was sent, since the card was read last."""
    read_at = step.read_at or event.event.created_at
    return begun.intact_since is None or read_at < begun.intact_since + CLOCKS
