"""
Which addition to a customer's cards was the referral's reward: taken only on positive proof.

The proofs, strongest first (docs/revocation.md says what each rests on):

1. It names the conversion of this referral: its redemption or its custom event.
2. Voucherify added it by itself, and it is what the campaign promises: type, campaign, amount.
3. Voucherify added it by itself at the moment of the assignment or of its conversion, nobody
   says what was promised, and nothing else explains it.

What is not proved and cannot be ruled out is for a person.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from schemas import HolderAssignmentDeleted, VoucherType
from worker.revocation.cards import OPENING, Card, Entry, Origin, Statement
from worker.revocation.decide.window import Window, own_conversions
from worker.revocation.findings import Findings, Promise
from worker.revocation.read import promise as promises


#: A card that a reward was put on may be noted as the customer's a little later.
_PUBLISHED: Final = timedelta(minutes=1)

#: Earned through an earning rule, though it need not name it (support article on transactions).
_ACCRUAL: Final = "POINTS_ACCRUAL"

#: Origins that explain an addition by something else.
_NEVER: Final = (Origin.EARNED, Origin.REFUNDED)


@dataclass(frozen=True, slots=True)
class Addition:
    """An entry that put something on a card while the assignment lasted."""

    statement: Statement
    entry: Entry

    @property
    def card(self) -> Card:
        """The card that it is on."""
        return self.statement.card


@dataclass(frozen=True, slots=True)
class Proven:
    """The reward, and in words what proves it."""

    addition: Addition
    why: str


class Doubt(Exception):  # noqa: N818 - nothing failed: a person decides
    """Nothing is proved, and something may be the reward; the message is for a person."""


def additions(statements: Iterable[Statement], window: Window) -> Iterator[Addition]:
    """List what was put on the cards while the assignment lasted, newest first for each card."""
    for statement in statements:
        theirs = statement.since
        for entry in statement.entries:
            if not entry.is_addition or not window.holds(entry.at):
                continue
            if entry.origin is not Origin.BY_HAND and theirs and entry.at < theirs - _PUBLISHED:
                continue  # it was given to whoever held the card before
            yield Addition(statement, entry)
        if statement.opening and theirs and window.holds(theirs):
            opening = Entry(
                id=f"opening:{statement.card.id}",
                kind=OPENING,
                amount=statement.opening,
                balance=statement.opening,
                at=theirs,
                origin=Origin.AUTOMATIC,
            )
            yield Addition(statement, opening)


def needs_promise(found: Iterable[Addition], window: Window) -> bool:
    """Say whether it matters what the campaign promises."""
    return bool(_free(found, window))


def needs_conversions(found: Iterable[Addition], findings: Findings, window: Window) -> bool:
    """Say whether it matters by which redemptions or events the customer came."""
    found, promise = list(found), findings.promise
    if any(_cause(each) for each in found if each.entry.origin is Origin.CAUSED):
        return True
    free = _free(found, window)
    if any(window.is_at_the_end(each.entry.at) for each in free):
        return True
    if not free or _at_moment(free, window):
        return False
    fits = [each for each in free if promise and _fits(each, promise)]
    return len(fits) != 1 or _has_other_ways(findings)


def choose(event: HolderAssignmentDeleted, findings: Findings, window: Window) -> Proven | None:
    """
    Choose the referral's reward; None if it gave none.

    Args:
        event: the removal.
        findings: the customer's cards, the promise and the conversions.
        window: when it can have been given.

    Raises:
        Doubt: a person must decide.
    """
    found = list(additions(findings.statements, window))
    promise, free = findings.promise, _free(found, window)
    conversions = findings.conversions or ()
    ours = {each.id for each in own_conversions(event, conversions)}
    named = [each for each in found if _is_caused(each) and _cause(each) & ours]
    if proven := [each for each in named if each.entry.kind != _ACCRUAL]:
        return _only(proven, "it names the conversion of this referral", "name the conversion")
    if is_of_unknown_type(promise):
        raise Doubt(_listed(UNKNOWN_TYPE, free))
    if _is_discount(promise, window):
        return None  # it is taken off the order, and puts nothing on any card
    if fits := [each for each in free if promise and _fits(each, promise)]:
        return _promised(fits, findings, window)
    if chosen := _at_its_moment(free, promise, window):
        return chosen
    others = {each.id for each in conversions if each.campaign != event.holder.campaign_id}
    rest = [each for each in found if not _cause(each) & others]
    # A code may belong to another referrer by now, and then it is not known by which of the
    # campaign's conversions this assignment came.
    possible = {each.id for each in own_conversions(event, conversions, of_referrer=False)}
    may_be = [each for each in found if _is_caused(each) and _cause(each) & possible]
    _nothing_or_doubt(rest, may_be, ours, promise, window)
    _nothing_unread(findings.statements, window)
    return None


#: Says that nobody knows what a reward of the promised type puts where.
UNKNOWN_TYPE: Final = "the campaign's reward is of an unknown type"


def is_of_unknown_type(promise: Promise | None) -> bool:
    """Say whether the campaign promises what nobody here knows."""
    return promise is not None and promise.type not in {None, *promises.KNOWN_TYPES}


def _is_discount(promise: Promise | None, window: Window) -> bool:
    if promise is None or promise.type != VoucherType.DISCOUNT_VOUCHER:
        return False
    return _stands(promise, window)


def _promised(fits: list[Addition], findings: Findings, window: Window) -> Proven:
    chosen = fits if len(fits) == 1 else _at_moment(fits, window)
    if len(chosen) != 1:
        raise Doubt(_listed("several additions fit what the campaign promises", fits))
    entry, at_moment = chosen[0].entry, window.is_at_moment(chosen[0].entry.at)
    if window.is_at_the_end(entry.at):
        words = "what the campaign promises was added as the assignment ended, maybe for the next"
        raise Doubt(_listed(words, chosen))
    if entry.kind == OPENING and not at_moment:
        raise Doubt(_listed("a card was published with what the campaign promises", chosen))
    if window.is_elsewhere(entry.at) or (window.after_another(entry.at) and not at_moment):
        words = "another code referred the customer too, and an addition fits"
        raise Doubt(_listed(words, chosen))
    if findings.refers and not at_moment:
        words = "the customer refers others too, and what fits was not added when they came"
        raise Doubt(_listed(words, chosen))
    return Proven(chosen[0], "it is what the campaign promises")


def _at_its_moment(free: list[Addition], promise: Promise | None, window: Window) -> Proven | None:
    """Take what was given at the moment, where nobody says what was promised then."""
    if promise is not None and promise.in_event:
        return None
    chosen = _at_moment([each for each in free if each.entry.kind != OPENING], window)
    if len(chosen) != 1 or window.is_elsewhere(chosen[0].entry.at):
        return None
    if window.is_at_the_end(chosen[0].entry.at):
        raise Doubt(_listed("an addition came as the assignment ended, maybe for the next", chosen))
    if promise is not None and _stands(promise, window):
        words = f"the campaign has promised {promises.in_words(promise)} since before that"
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
        for each in _free(found, window)
        if each.entry.kind != OPENING or window.is_at_moment(each.entry.at)
    ]
    # What names a cause is explained by it, unless it is the conversion or nobody knows that.
    doubtful += named
    doubtful += [
        each
        for each in found
        if each not in doubtful
        and each.entry.origin in {Origin.CAUSED, Origin.UNKNOWN}
        and each.entry.kind != _ACCRUAL
        and window.is_at_moment(each.entry.at)
        and not (ours and _cause(each))
    ]
    if doubtful and promise is not None and promise.in_event:
        words = f"the campaign promises {promises.in_words(promise)}, which is not there"
        raise Doubt(_listed(f"{words}, and what is there was not promised", doubtful))
    if doubtful:
        raise Doubt(_listed("an addition may be the reward, and nothing proves it", doubtful))
    alike = [
        each
        for each in found
        if promise and each.entry.origin not in _NEVER and _fits(each, promise)
    ]
    if alike:
        raise Doubt(_listed("an addition looks like the reward and is not proved to be it", alike))


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


def _stands(promise: Promise, window: Window) -> bool:
    """Say whether the campaign promised the same when the assignment was made."""
    return promise.in_event or bool(promise.edited and promise.edited < window.assigned)


def _is_caused(addition: Addition) -> bool:
    return addition.entry.origin is Origin.CAUSED


def _cause(addition: Addition) -> set[str]:
    """Name the redemption and the custom event that an addition names."""
    entry = addition.entry
    return {each for each in (entry.redemption, entry.custom_event) if each}


def _has_other_ways(findings: Findings) -> bool:
    """Say whether the customer may get the same for another reason."""
    return findings.refers or bool(findings.elsewhere)


def _free(found: Iterable[Addition], window: Window) -> list[Addition]:
    """List what Voucherify added by itself and nothing else explains."""
    return [
        each
        for each in found
        if each.entry.origin is Origin.AUTOMATIC
        and each.entry.kind != _ACCRUAL
        and (window.is_at_moment(each.entry.at) or not window.is_elsewhere(each.entry.at))
    ]


def _at_moment(found: Iterable[Addition], window: Window) -> list[Addition]:
    return [each for each in found if window.is_at_moment(each.entry.at)]


def _fits(addition: Addition, promise: Promise) -> bool:
    card = addition.card
    return promises.fits(
        promise, kind=card.type, campaign=card.campaign, amount=addition.entry.amount
    )


def _listed(words: str, found: Iterable[Addition]) -> str:
    listed = ", ".join(
        f"{each.entry.id} ({each.entry.amount} on card {each.card.id}, "
        f"{each.entry.at:%Y-%m-%d %H:%M:%S})"
        for each in found
    )
    return f"{words}: {listed}" if listed else words
