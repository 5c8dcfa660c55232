import pytest

from schemas import UnreadableBody
from tests.samples import assignment_deleted, body
from worker.run.read import LONGEST_KEPT, read


def test_the_jobs_of_a_delivery_share_one_reading() -> None:
    """The same bytes are read once; other bytes, such as a reduced body, are read themselves."""
    first = read(body(assignment_deleted(1)))

    assert read(body(assignment_deleted(1))) is first
    assert first.event is first.event
    assert read(body(assignment_deleted(2))) is not first
    assert read(body(assignment_deleted(1)) + b" ") is not first


def test_a_long_body_is_not_kept() -> None:
    """A million bytes each would fill the worker's memory."""
    long = body(assignment_deleted(1)) + b" " * LONGEST_KEPT

    assert read(long) is not read(long)


def test_what_cannot_be_read_is_refused_each_time() -> None:
    """An error is not kept, and nothing of it is."""
    for _ in range(2):
        with pytest.raises(UnreadableBody):
            read(b"{}")
    broken = assignment_deleted(1)
    del broken["data"]["holder"]
    for _ in range(2):
        with pytest.raises(UnreadableBody, match=r"data\.holder"):
            _ = read(body(broken)).event
