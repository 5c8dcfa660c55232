"""Lists in pages that name where the next one starts: none ends early, and none goes in circles."""

from typing import Any

import pytest

from worker.http_client.answers import Call
from worker.reconcile.outcomes import FailingError, Skip
from worker.reconcile.source.api import ReconcileApi


class Pages:
    """Answers one page after another, the last one again and again."""

    def __init__(self, *pages: Any) -> None:
        self._pages = list(pages)
        self.asked: list[Any] = []

    def read(self, _what: str, _path: str, query: dict[str, Any], _call: Call) -> Any:
        """Answer with the next page."""
        self.asked.append(query.get("starting_after_id"))
        return self._pages.pop(0) if len(self._pages) > 1 else self._pages[0]


def page(*entries: Any, more: Any = False, after: Any = None) -> dict[str, Any]:
    """Make a page of a list."""
    return {"object": "list", "data": list(entries), "has_more": more, "more_starting_after": after}


def holder(number: int) -> dict[str, Any]:
    """Make a holder as the list has it."""
    return {"id": f"rh_{number}", "customer_id": "cust_1", "holder_role": "REFEREE"}


def holders(pages: Pages) -> list[str] | None:
    """List the assignments of a code."""
    listed = ReconcileApi(pages).holders("v_1", "camp_1")
    return None if listed is None else list(listed.holders)


def test_all_pages_are_read() -> None:
    """From where a page says, or after its last entry that has an id."""
    pages = Pages(
        page(holder(1), more=True, after="x"),
        page(holder(2), {"id": None}, None, more=True),
        page(holder(3)),
    )
    assert holders(pages) == ["rh_1", "rh_2", "rh_3"]
    assert pages.asked == [None, "x", "rh_2"]


def test_only_a_first_page_that_is_missing_says_that_the_code_is() -> None:
    """A later one says that it was deleted meanwhile: what was read is no whole list."""
    assert holders(Pages(None)) is None
    with pytest.raises(FailingError, match="later page"):
        holders(Pages(page(holder(1), more=True), None))


@pytest.mark.parametrize("more", [None, 0, "no", []])
def test_a_page_must_say_whether_it_is_the_last(more: Any) -> None:
    """A holder on a page that is not read would count as removed."""
    with pytest.raises(FailingError, match="whether a page is the last"):
        holders(Pages(page(holder(1), more=more)))


@pytest.mark.parametrize(
    "pages",
    [
        pytest.param([page(more=True)], id="empty"),
        pytest.param([page(None, {"id": 5}, more=True)], id="no ids"),
        pytest.param([page(holder(1), more=True, after=5)], id="a number"),
        pytest.param([page(holder(1), more=True)], id="itself"),
        pytest.param(
            [page(more=True, after=each) for each in ("x", "y", "x")], id="one before the last"
        ),
    ],
)
def test_a_page_that_leads_nowhere_or_back_is_an_error(pages: list[Any]) -> None:
    """The run would ask for the same pages forever."""
    with pytest.raises(FailingError, match="where its next page starts"):
        holders(Pages(*pages))


def test_odd_events_are_counted_and_left_out() -> None:
    """Whatever can be read comes in its order."""
    skipped = []

    def skip(what: Skip, /, **ids: str) -> None:
        skipped.append((what, ids))

    plain = {"id": "e_1", "type": "customer.sms.sent"}
    pages = Pages(page(None, plain, {"id": "e_2"}))
    found = ReconcileApi(pages, skip).activity("cust_1", "")
    assert list(found or ()) == [plain]
    assert skipped == [(Skip.ODD_EVENT, {"customer": "cust_1"})] * 2
