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
from worker.revocation import promise as promises
from worker.revocation.findings import Findings, Promise
from worker.revocation.statement import OPENING, Card, Entry, Origin, Statement
from worker.revocation.window import Window, own_conversions


#: A card that a reward was put on may be noted as the customer's a little later.
_PUBLISHED: Final = timedelta(minutes=1)

#: Earned through an earning rule, though it need not name it (support article on transactions).
_ACCRUAL: Final = "POINTS_ACCRUAL"


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


def needs_conversions(found: Iterable[Addition], promise: Promise | None, window: Window) -> bool:
    """Say whether it matters by which redemptions or events the customer came."""
    found = list(found)
    if any(each.entry.redemption or each.entry.custom_event for each in _caused(found)):
        return True
    free = _free(found, window)
    fits = [each for each in free if promise and _fits(each, promise)]
    return bool(free) and len(fits) != 1 and not _at_moment(free, window)


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
    ours = {each.id for each in own_conversions(event, findings.conversions or ())}
    causes = [(each, {each.entry.redemption, each.entry.custom_event}) for each in _caused(found)]
    if named := [each for each, cause in causes if cause & ours]:
        if len(named) > 1:
            raise Doubt(_listed("several additions name the conversion", named))
        return Proven(named[0], "it names the conversion of this referral")
    if promise is None:
        return _at_its_moment(found, free, None, window)
    if promise.type not in {None, *promises.KNOWN_TYPES}:
        raise Doubt(_listed("the campaign's reward is of an unknown type", free))
    if promise.type == VoucherType.DISCOUNT_VOUCHER and _stands(promise, window):
        return None  # it is taken off the order, and puts nothing on any card
    if fits := [each for each in free if _fits(each, promise)]:
        return _promised(fits, window)
    if promise.in_event:
        words = f"the campaign promises {promises.in_words(promise)}, which is not there"
        _nothing_or_doubt(f"{words}, and what is there was not promised", free, window)
        _nothing_alike(found, promise)
        return None
    return _at_its_moment(found, free, promise, window)


def _promised(fits: list[Addition], window: Window) -> Proven:
    chosen = fits if len(fits) == 1 else _at_moment(fits, window)
    if len(chosen) != 1:
        raise Doubt(_listed("several additions fit what the campaign promises", fits))
    entry, at_moment = chosen[0].entry, window.is_at_moment(chosen[0].entry.at)
    if entry.kind == OPENING and not at_moment:
        raise Doubt(_listed("a card was published with what the campaign promises", chosen))
    if window.is_elsewhere(entry.at) or (window.after_another(entry.at) and not at_moment):
        words = "another code referred the customer too, and an addition fits"
        raise Doubt(_listed(words, chosen))
    return Proven(chosen[0], "it is what the campaign promises")


def _at_its_moment(
    found: list[Addition], free: list[Addition], promise: Promise | None, window: Window
) -> Proven | None:
    """Take what was given at the moment, where nobody says what was promised then."""
    published = [each for each in free if each.entry.kind == OPENING]
    chosen = _at_moment([each for each in free if each not in published], window)
    if len(chosen) == 1 and not window.is_elsewhere(chosen[0].entry.at):
        if promise is None or not _stands(promise, window):
            return Proven(chosen[0], "it was added at the moment of the assignment")
        words = f"the campaign has promised {promises.in_words(promise)} since before that"
        raise Doubt(_listed(f"{words}, and this was added instead", chosen))
    _nothing_or_doubt("an addition may be the reward, and nothing proves it", free, window)
    if promise is not None:
        _nothing_alike(found, promise)
    return None


def _nothing_or_doubt(words: str, free: list[Addition], window: Window) -> None:
    """Leave to a person what is neither proved nor ruled out."""
    # A card that was published with an amount at another time was bought.
    doubtful = [
        each for each in free if each.entry.kind != OPENING or window.is_at_moment(each.entry.at)
    ]
    if doubtful:
        raise Doubt(_listed(words, doubtful))


def _nothing_alike(found: list[Addition], promise: Promise) -> None:
    alike = [
        each for each in found if each.entry.origin is not Origin.EARNED and _fits(each, promise)
    ]
    if alike:
        raise Doubt(_listed("an addition looks like the reward and is not proved to be it", alike))


def _stands(promise: Promise, window: Window) -> bool:
    """Say whether the campaign promised the same when the assignment was made."""
    return promise.in_event or bool(promise.edited and promise.edited < window.assigned)


def _caused(found: Iterable[Addition]) -> list[Addition]:
    return [each for each in found if each.entry.origin is Origin.CAUSED]


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
