"""How the codes of a campaign are listed beyond the last page that there is."""

from itertools import islice
from typing import Any

import pytest

from worker.http_client.answers import Call
from worker.reconcile.outcomes import Skip
from worker.reconcile.source.api import LAST_PAGE, Place, ReconcileApi
from worker.voucherify.reads import PAGE


class Campaign:
    """Answers for a campaign of full pages, all of one moment or one after another."""

    def __init__(self, moment: str = "2026-05-04T10:00:00.000Z") -> None:
        self.moment = moment
        self.queries: list[dict[str, Any]] = []
        self.odd: list[Any] = []

    def read(self, _what: str, _path: str, query: dict[str, Any], _call: Call) -> dict[str, Any]:
        """Answer with a full page."""
        self.queries.append(query)
        code = {"id": "v_1", "created_at": self.moment}
        page = [code] * (PAGE - len(self.odd)) + self.odd
        return {"vouchers": page, "campaigns": page, "total": 50_000}


def listed(campaign: Campaign, place: Place) -> Place | None:
    """List one page; return the place of the next."""
    return ReconcileApi(campaign).codes("camp_1", place).next


def test_after_the_last_page_it_continues_by_time() -> None:
    """From a millisecond before the last code that was seen, with the first page."""
    campaign = Campaign()
    assert listed(campaign, Place("", LAST_PAGE - 1)) == Place("", LAST_PAGE)
    next_window = listed(campaign, Place("", LAST_PAGE))
    assert next_window == Place("2026-05-04T09:59:59.999000+00:00", 1)
    listed(campaign, next_window)
    assert campaign.queries[-1]["created_at[after]"] == next_window.after
    assert campaign.queries[-1]["page"] == 1


def test_codes_of_one_moment_beyond_the_last_page_end_the_list() -> None:
    """Else the run would ask for the same pages forever; what follows the list continues."""
    assert listed(Campaign(), Place("2026-05-04T09:59:59.999000+00:00", LAST_PAGE)) is None
    assert listed(Campaign("no time"), Place("", LAST_PAGE)) is None


@pytest.mark.parametrize("odd", [None, 7, {"id": None}, {}])
def test_a_full_page_with_an_odd_code_is_not_the_last(odd: Any) -> None:
    """Else the codes after it would never be checked; the odd one is counted."""
    campaign, skipped = Campaign(), []
    campaign.odd = [odd]

    def skip(what: Skip, /, **ids: str) -> None:
        skipped.append((what, ids))

    page = ReconcileApi(campaign, skip).codes("camp_1", Place("", 3))
    assert len(page.codes) == PAGE - 1
    assert page.next == Place("", 4)
    assert skipped == [(Skip.ODD_CODE, {"campaign": "camp_1", "page": "3"})]


def test_after_the_last_page_an_odd_last_code_is_passed_over() -> None:
    """The list continues from the last code whose time can be read; without any it ends."""
    campaign = Campaign()
    campaign.odd = [{"id": "v_2", "created_at": None}, None]
    assert listed(campaign, Place("", LAST_PAGE)) == Place("2026-05-04T09:59:59.999000+00:00", 1)
    campaign.odd = [None] * PAGE
    assert listed(campaign, Place("", LAST_PAGE)) is None


def test_a_full_page_with_an_odd_campaign_is_not_the_last() -> None:
    """The campaigns on the next page are listed, too."""
    campaign = Campaign()
    campaign.odd = [None]
    found = islice(ReconcileApi(campaign).campaigns(), PAGE)
    assert len(list(found)) == PAGE
    assert [query["page"] for query in campaign.queries] == [1, 2]
