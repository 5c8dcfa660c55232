"""Webhooks of another Voucherify project reach a worker whose keys belong to ours."""

import pytest

from tests.histories.setup import Setup
from tests.histories.works import Works
from worker.settings.policies import Policies


OURS = "proj_perkhookSandbox"


@pytest.mark.parametrize("named", ["proj_other", OURS, ""])
def test_a_removal_of_another_project_calls_nothing(works: Works, named: str) -> None:
    """Only a removal that names another project is set aside, and nothing is taken for it."""
    works.begin(Policies(), Setup(project=OURS))
    referee = works.shop.scenario()["referees"][0]
    works.shop.call("PUT", "/options", {"project_id": named})

    for each in works.shop.unassign(referee["holder"]):
        works.deliver(each)
    works.complete()

    card = works.shop.world.store.vouchers[referee["card"]["id"]]
    taken = [each.amount for each in card.transactions if each.amount < 0]
    if named == "proj_other":
        [(holder, reason, _)] = works.failed()
        assert (holder, reason) == (referee["holder"], "other_project")
        assert works.line.calls == []
        assert (taken, works.handed) == ([], 0)
    else:
        assert works.failed() == []
        assert (taken, works.handed) == ([-500], 1)


def test_a_retry_compares_again(works: Works) -> None:
    """An operator's retry works on it only once the setting is right."""
    works.begin(Policies(), Setup(project="proj_other"))
    referee = works.shop.scenario()["referees"][0]
    for each in works.shop.unassign(referee["holder"]):
        works.deliver(each)
    works.complete()
    [failed] = works.desk.failed()

    works.desk.retry(failed.job, who="ops")
    works.complete()
    assert [reason for _, reason, _ in works.failed()] == ["other_project"]
    works.restart(Policies(), Setup(project=OURS))
    works.desk.retry(failed.job, who="ops")
    works.complete()

    assert works.failed() == []
    card = works.shop.world.store.vouchers[referee["card"]["id"]]
    assert [each.amount for each in card.transactions][-1] == -500
