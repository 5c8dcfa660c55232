"""Which campaign the rate cap counts a job for."""

from dataclasses import replace

import pytest

from schemas import HolderAssignmentDeleted
from tests.samples import assignment_deleted, body, customer_deleted
from worker.run.campaign import campaign_of
from worker.run.read import read
from worker.settings.worker import WorkerSettings


def _removal(campaign: str) -> HolderAssignmentDeleted:
    event = read(body(assignment_deleted())).event
    assert isinstance(event, HolderAssignmentDeleted)
    return replace(event, holder=replace(event.holder, campaign_id=campaign))


def test_a_removal_counts_for_its_campaign() -> None:
    """The id is that of the holder's campaign."""
    assert campaign_of(_removal("camp_Samovar1")) == "camp_Samovar1"


def test_other_events_count_for_none() -> None:
    """An own handler that moves money may want an event without a campaign."""
    assert campaign_of(read(body(customer_deleted())).event) == ""


@pytest.mark.parametrize("odd", ["ada@example.test", "camp_1\nerror", "x" * 100_000, "a b"])
def test_an_odd_id_is_counted_and_not_repeated(odd: str) -> None:
    """Its hash stands for it, the same for each removal."""
    found = campaign_of(_removal(odd))

    assert found.startswith("odd-")
    assert len(found) < 100
    assert odd not in found
    assert campaign_of(_removal(odd)) == found != campaign_of(_removal(odd + "?"))


def test_the_default_of_the_setting() -> None:
    """Without the setting 200 revocations of a campaign are let through in an hour."""
    found = WorkerSettings.from_environ({}).campaign_cap
    assert (found.count, found.seconds) == (200, 3600)
