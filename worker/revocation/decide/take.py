"""The step that takes what is left of one addition off its card."""

from inbox.model.effect import Perk
from worker.revocation.cards import Change, Entry, Statement
from worker.revocation.decide.remaining import remaining
from worker.revocation.steps import TakeBalance


def take_rest(
    statement: Statement,
    grant: Entry,
    made: Change | None,
    unsure: list[str],
    *,
    perk: Perk,
    name: str,
    reason: str,
    about: str,
) -> TakeBalance | None:
    """
    Return the step for what is left of a grant; None if a person must decide.

    Args:
        statement: the card's.
        grant: the addition.
        made: our take-back of it among the card's transactions, if it was made already.
        unsure: sentences for a person are added here.
        perk: what is taken back.
        name: under which a take-back stands in the card's transactions.
        reason: why, in a few words.
        about: the addition in words, for a person.
    """
    card = statement.card
    left = remaining(statement, grant, ours=made.name if made else name)
    unsure += [f"{moved} ({about}): take it off there, if it is to go" for moved in left.moved]
    if left.unsure and made is None:
        doubts = "; ".join(left.unsure)
        unsure.append(f"{doubts} ({about}). perkhook would take {left.amount} {card.unit}")
        return None
    return TakeBalance(
        perk=perk,
        card=card,
        granted=grant.amount,
        due=left.amount,
        grant=grant.id,
        name=name,
        reason=reason,
        found=made,
        balance=statement.balance,
        read_at=statement.read_at,
        rest=", ".join(left.why_less),
    )
