import pytest

from inbox.move.notes import MoveError, Next, Note, decide
from inbox.move.survey import USUAL_SPEED, seconds


NONE = Note()
AWAY = Note(id="m1", role="away")
AWAY_USED = Note(id="m1", role="away", used=True)
ENDED = Note(id="m1", role="away", used=True, closed=True, ended=True)
IN = Note(id="m1", role="in")
IN_USED = Note(id="m1", role="in", used=True)
OTHER_IN = Note(id="m2", role="in")
OTHER_IN_USED = Note(id="m2", role="in", used=True)
OTHER_AWAY = Note(id="m2", role="away")
OTHER_ENDED = Note(id="m2", role="away", ended=True)


@pytest.mark.parametrize(
    ("source", "target", "wanted"),
    [
        (NONE, NONE, Next.BEGIN),
        (NONE, OTHER_ENDED, Next.BEGIN),
        (NONE, OTHER_IN, Next.BEGIN),
        (AWAY, NONE, Next.BEGIN),
        (AWAY, IN, Next.RESUME),
        (AWAY_USED, IN_USED, Next.RESUME),
        (AWAY_USED, IN, Next.RESUME),
        (ENDED, IN_USED, Next.END),
        (ENDED, NONE, Next.NOTHING),
        (ENDED, OTHER_IN, Next.NOTHING),
    ],
)
def test_what_comes_first(source: Note, target: Note, wanted: Next) -> None:
    """Of what both sides noted, a run knows how far the one before it came."""
    assert decide(source, target) is wanted


@pytest.mark.parametrize(
    ("source", "target", "why"),
    [
        (IN_USED, NONE, "receives a move from elsewhere"),
        (IN, OTHER_ENDED, "receives a move from elsewhere"),
        (AWAY_USED, NONE, "to another place"),
        (AWAY_USED, OTHER_IN, "to another place"),
        (NONE, OTHER_IN_USED, "the target receives another move"),
        (NONE, OTHER_AWAY, "being moved away itself"),
    ],
)
def test_what_is_refused(source: Note, target: Note, why: str) -> None:
    """No place is part of two moves, and none is half in one place and half in another."""
    with pytest.raises(MoveError, match=why):
        decide(source, target)


def test_a_note_is_read_from_its_fields() -> None:
    """Each batch is a field of its own."""
    fields = {b"id": b"m1", b"role": b"away", b"since": b"5", b"taken": b"1", b"batch:a": b"3",
              b"batch:b": b"1", b"closed": b"1"}  # fmt: skip

    assert Note.read(fields) == Note(
        id="m1", role="away", since=5, batches=frozenset("ab"), used=True, closed=True
    )
    assert Note.read({}) == Note()


def test_a_longer_way_takes_longer() -> None:
    """Nothing takes no time, and each thousand keys make some round trips."""
    assert seconds(0, 1.0) == 0
    assert seconds(USUAL_SPEED, 0.0) == 1
    assert seconds(100_000, 0.02) > seconds(100_000, 0.001) + 9
