"""
Which addition to a customer's cards was the referral's reward: taken only on positive proof.

The proofs, strongest first (docs/revocation.md says what each rests on):

1. It names the conversion of this referral: its redemption or its custom event.
2. Voucherify added it by itself, and it is what the campaign promises: type, campaign, amount.
3. Voucherify added it by itself at the moment of the assignment or of its conversion, it is
   unknown what was promised, and nothing else explains it.

What is neither proved nor ruled out is for a person.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from schemas import HolderAssignmentDeleted
from worker.revocation.cards import OPENING, Origin, Statement
from worker.revocation.evidence.additions import Addition, additions, at_moment, unexplained
from worker.revocation.evidence.conversions import own_conversions
from worker.revocation.evidence.window import Window
from worker.revocation.findings import UNKNOWN_TYPE, Findings, Promise


#: What a reward of an undocumented type puts where is unknown.
OF_UNKNOWN_TYPE: Final = "the campaign's reward is of an unknown type"

#: Origins that explain an addition by something else.
_NEVER: Final = (Origin.EARNED, Origin.REFUNDED)


@dataclass(frozen=True, slots=True)
class Proven:
    """The reward, and in words what proves it."""

    addition: Addition
    why: str


class Doubt(Exception):  # noqa: N818 - nothing failed: a person decides
    """Nothing is proved, and something may be the reward; the message is for a person."""


def choose(event: HolderAssignmentDeleted, findings: Findings, window: Window) -> Proven | None:
    """
    Return the referral's reward; None if it gave none.

    Args:
        event: the removal.
        findings: the customer's cards, the promise and the conversions.
        window: when it can have been given.

    Raises:
        Doubt: a person must decide.
    """
    found = list(additions(findings.statements, window))
    promise, free = findings.promise, unexplained(found, window)
    conversions = findings.conversions or ()
    ours = {each.id for each in own_conversions(event, conversions)}
    named = [each for each in found if each.is_caused and each.causes & ours]
    if proven := [each for each in named if not each.is_accrual]:
        return _only(proven, "it names the conversion of this referral", "name the conversion")
    if promise and promise.type == UNKNOWN_TYPE:
        raise Doubt(_listed(OF_UNKNOWN_TYPE, free))
    if _is_discount(promise, window):
        return None  # it reduces the order, and puts nothing on any card
    if fits := [each for each in free if each.fits(promise)]:
        return _promised(fits, findings, window)
    if chosen := _at_its_moment(free, promise, window):
        return chosen
    others = {each.id for each in conversions if each.campaign != event.holder.campaign_id}
    rest = [each for each in found if not each.causes & others]
    # A code may belong to another referrer by now, and then it is not known by which of the
    # campaign's conversions this assignment came.
    possible = {each.id for each in own_conversions(event, conversions, of_referrer=False)}
    may_be = [each for each in found if each.is_caused and each.causes & possible]
    _nothing_or_doubt(rest, may_be, ours, promise, window)
    _nothing_unread(findings.statements, window)
    return None


def _is_discount(promise: Promise | None, window: Window) -> bool:
    return bool(promise and promise.type == "DISCOUNT_VOUCHER" and promise.stood(window.assigned))


def _promised(fits: list[Addition], findings: Findings, window: Window) -> Proven:
    chosen = fits if len(fits) == 1 else at_moment(fits, window)
    if len(chosen) != 1:
        raise Doubt(_listed("several additions fit what the campaign promises", fits))
    entry, in_time = chosen[0].entry, window.is_at_moment(chosen[0].entry.at)
    if window.is_at_the_end(entry.at):
        words = "what the campaign promises was added as the assignment ended, maybe for the next"
        raise Doubt(_listed(words, chosen))
    if entry.kind == OPENING and not in_time:
        raise Doubt(_listed("a card was published with what the campaign promises", chosen))
    if window.is_elsewhere(entry.at) or (window.after_another(entry.at) and not in_time):
        words = "another code referred the customer too, and an addition fits"
        raise Doubt(_listed(words, chosen))
    if findings.refers and not in_time:
        words = "the customer refers others too, and what fits was not added when they came"
        raise Doubt(_listed(words, chosen))
    return Proven(chosen[0], "it is what the campaign promises")


def _at_its_moment(free: list[Addition], promise: Promise | None, window: Window) -> Proven | None:
    """Return what was given at the moment, where it is unknown what was promised then."""
    if promise is not None and promise.in_event:
        return None
    chosen = at_moment([each for each in free if each.entry.kind != OPENING], window)
    if len(chosen) != 1 or window.is_elsewhere(chosen[0].entry.at):
        return None
    if window.is_at_the_end(chosen[0].entry.at):
        raise Doubt(_listed("an addition came as the assignment ended, maybe for the next", chosen))
    if promise is not None and promise.stood(window.assigned):
        words = f"the campaign has promised {promise.words} since before that"
        raise Doubt(_listed(f"{words}, and this was added instead", chosen))
    return Proven(chosen[0], "it was added at the moment of the assignment")


def _only(named: list[Addition], why: str, what: str) -> Proven:
    if len(named) != 1:
        raise Doubt(_listed(f"several additions {what}", named))
    return Proven(named[0], why)


def _nothing_or_doubt(
    found: list[Addition],
    named: list[Addition],
    ours: set[str],
    promise: Promise | None,
    window: Window,
) -> None:
    """Leave to a person what is neither proved nor ruled out."""
    # A card that was published with an amount at another time was bought.
    doubtful = [
        each
        for each in unexplained(found, window)
        if each.entry.kind != OPENING or window.is_at_moment(each.entry.at)
    ]
    # What names a cause is explained by it, unless it is the conversion or that is unknown.
    doubtful += named
    doubtful += [
        each
        for each in found
        if each not in doubtful
        and each.entry.origin in {Origin.CAUSED, Origin.UNKNOWN}
        and not each.is_accrual
        and window.is_at_moment(each.entry.at)
        and not (ours and each.causes)
    ]
    if doubtful and promise is not None and promise.in_event:
        words = f"the campaign promises {promise.words}, which is not there"
        raise Doubt(_listed(f"{words}, and what is there was not promised", doubtful))
    if doubtful:
        raise Doubt(_listed("an addition may be the reward, and nothing proves it", doubtful))
    alike = [
        each for each in found if promise and each.entry.origin not in _NEVER and each.fits(promise)
    ]
    if alike:
        raise Doubt(_listed("an addition resembles the reward and is not proved to be it", alike))


def _nothing_unread(statements: Iterable[Statement], window: Window) -> None:
    for statement in statements:
        new = statement.since is not None and window.holds(statement.since)
        unread = [
            each.id
            for each in statement.unreadable
            if (each.may_be_addition and (each.at is None or window.holds(each.at)))
            # What it was published with is known only if all its transactions can be read.
            or (new and not each.ours)
        ]
        if unread:
            listed = ", ".join(unread)
            raise Doubt(
                f"transactions of card {statement.card.id} cannot be read, and may be the "
                f"reward: {listed}"
            )


def _listed(words: str, found: Iterable[Addition]) -> str:
    listed = ", ".join(
        f"{each.entry.id} ({each.entry.amount} on card {each.card.id}, "
        f"{each.entry.at:%Y-%m-%d %H:%M:%S})"
        for each in found
    )
    return f"{words}: {listed}" if listed else words
