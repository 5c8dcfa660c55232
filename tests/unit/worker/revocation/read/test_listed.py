"""What a card's listed transactions show."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from worker.revocation.read.listed import adds_up


SENT = datetime(2026, 1, 5, 12, tzinfo=UTC)


def _listed(*changes: tuple[int, int | None], minutes: int = 1) -> list[dict[str, Any]]:
    """Build transactions, newest first, each as its amount and the balance after it."""
    return [
        {
            "created_at": (SENT + timedelta(minutes=minutes)).isoformat(),
            "details": {"balance": {"amount": amount, "balance": balance}},
        }
        for amount, balance in changes
    ]


@pytest.mark.parametrize(
    ("listed", "wanted"),
    [
        (_listed((-133, 667), (-500, 800), (1300, 1300)), True),
        (_listed((-133, 667), (1300, 1300)), False),
        (_listed((-133, 667), (-500, None), (1300, 1300)), True),
        (_listed((-133, 667), (1300, 1300), minutes=-1), True),
        (_listed((50, 1350), (-500, 1300), (1300, 1300)), False),
        (_listed((-133, 667)), True),
        ([], True),
        ([{}, {"details": "none"}, *_listed((1, 1))], True),
    ],
    ids=[
        "each follows from the next",
        "one is left out",
        "one does not say its balance",
        "it was before",
        "a gap further back",
        "one alone",
        "none",
        "nothing that can be read",
    ],
)
def test_a_list_that_leaves_one_out_does_not_add_up(
    listed: list[dict[str, Any]], *, wanted: bool
) -> None:
    """A balance that does not follow from the one before it shows that one is missing."""
    assert adds_up(listed, SENT) is wanted
