"""What each side has noted of a move, and what to do by it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum


class MoveError(Exception):
    """The move cannot be begun or continued; the text says why and what to do."""


class Next(Enum):
    """What a run does first."""

    BEGIN = "begin"
    RESUME = "resume"
    END = "end"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Note:
    """
    The key `moving` of one side.

    Attributes:
        id: of the move; "" if there is no note.
        role: "away" or "in".
        since: when it began, in ms by that side's clock.
        batches: those that are set aside ("away") or stored ("in").
        used: whether there was ever a batch.
        closed: whether receivers are refused.
        ended: whether all was moved.
    """

    id: str = ""
    role: str = ""
    since: int = 0
    batches: frozenset[str] = frozenset()
    used: bool = False
    closed: bool = False
    ended: bool = False

    @classmethod
    def read(cls, fields: Mapping[bytes, bytes]) -> "Note":
        """Read it from the fields of its hash."""
        known = {name.decode(): value.decode() for name, value in fields.items()}
        return cls(
            id=known.get("id", ""),
            role=known.get("role", ""),
            since=int(known.get("since", 0)),
            batches=frozenset(
                name.removeprefix("batch:") for name in known if name.startswith("batch:")
            ),
            used="taken" in known or "put" in known,
            closed="closed" in known,
            ended="ended" in known,
        )


def decide(source: Note, target: Note) -> Next:
    """
    Return what to do first.

    Raises:
        MoveError: one of the two is part of another move.
    """
    if source.role == "in":
        raise MoveError(
            "the source still receives a move from elsewhere: end that one first, by the command "
            "that began it"
        )
    both = source.id != "" and source.id == target.id
    if source.ended:
        return Next.END if both else Next.NOTHING
    if both:
        return Next.RESUME
    if source.used:
        raise MoveError(
            "the source is being moved to another place: name that place, or, if it is lost, see "
            "docs/operations.md"
        )
    if target.role == "in" and target.used:
        raise MoveError("the target receives another move: choose another prefix")
    if target.role == "away" and not target.ended:
        raise MoveError("the target is being moved away itself: end that move first")
    return Next.BEGIN
