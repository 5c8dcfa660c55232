"""What was put on a customer's cards while an assignment lasted, and what may explain it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from worker.revocation.cards import OPENING, Card, Entry, Origin, Statement
from worker.revocation.evidence.window import Window
from worker.revocation.findings import Findings, Promise


#: A card that a reward was put on may become the customer's a little later.
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

    @property
    def is_accrual(self) -> bool:
        """Whether an earning rule gave it."""
        return self.entry.kind == _ACCRUAL

    @property
    def is_caused(self) -> bool:
        """Whether it names a cause."""
        return self.entry.origin is Origin.CAUSED

    @property
    def causes(self) -> set[str]:
        """Ids of the redemption and of the custom event that it names."""
        return {each for each in (self.entry.redemption, self.entry.custom_event) if each}

    def fits(self, promise: Promise | None) -> bool:
        """Return whether it is what was promised; False without a promise."""
        return promise is not None and promise.fits(self.card, self.entry.amount)


def additions(statements: Iterable[Statement], window: Window) -> Iterator[Addition]:
    """Return what was put on the cards while the assignment lasted, newest first by card."""
    for statement in statements:
        theirs = statement.since
        for entry in statement.entries:
            if not entry.is_addition or not window.holds(entry.at):
                continue
            if entry.origin is not Origin.BY_HAND and theirs and entry.at < theirs - _PUBLISHED:
                continue  # given to the card's earlier owner
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


def unexplained(found: Iterable[Addition], window: Window) -> list[Addition]:
    """Return what Voucherify added by itself and nothing else explains."""
    return [
        each
        for each in found
        if each.entry.origin is Origin.AUTOMATIC
        and not each.is_accrual
        and (window.is_at_moment(each.entry.at) or not window.is_elsewhere(each.entry.at))
    ]


def at_moment(found: Iterable[Addition], window: Window) -> list[Addition]:
    """Return what was added at the moment of the assignment or of its conversion."""
    return [each for each in found if window.is_at_moment(each.entry.at)]


def needs_promise(found: Iterable[Addition], window: Window) -> bool:
    """Return whether it matters what the campaign promises."""
    return bool(unexplained(found, window))


def needs_conversions(found: Iterable[Addition], findings: Findings, window: Window) -> bool:
    """Return whether it matters by which redemptions or events the customer came."""
    found = list(found)
    if any(each.causes for each in found if each.is_caused):
        return True
    free = unexplained(found, window)
    if any(window.is_at_the_end(each.entry.at) for each in free):
        return True
    if not free or at_moment(free, window):
        return False
    fits = [each for each in free if each.fits(findings.promise)]
    # The customer may get the same for another reason.
    return len(fits) != 1 or findings.refers or bool(findings.elsewhere)
