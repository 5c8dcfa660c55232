"""Brands that share a cluster, two of them one primary: each as if it were alone."""

import pytest

from inbox.privacy.erasure import Erasure
from tests import samples
from tests.integration.brands.brand import Brand


@pytest.mark.usefixtures("quiet")
def test_nothing_of_a_brand_is_seen_counted_or_erased_by_another(brands: list[Brand]) -> None:
    """The same bodies at all of them: what one does with its own changes no byte of another's."""
    bodies = [samples.body(samples.assignment_deleted(number)) for number in range(6)]
    customer = samples.assignment_deleted(2)["data"]["holder"]["id"]
    acting, *others = brands
    for brand in others:
        brand.handle_all(bodies[:1])
        brand.fail(bodies[1])
        for body in bodies[2:]:
            brand.intake.accept(body)
    before = [(brand.keys(), brand.seen()) for brand in others]
    assert all(stored for stored, _ in before)
    assert acting.keys() == {}
    assert acting.seen()[1:] == ([], [])
    assert acting.admin.stats().counts.get("accepted", 0) == 0

    acting.handle_all(bodies[:1])
    job = acting.fail(bodies[1])
    for body in bodies[2:]:
        acting.intake.accept(body)
    assert acting.admin.retry(job, who="ops") == "queued"
    erased = Erasure(acting.client).erase(customer, who="ops", now=True)

    assert acting.admin.stats().counts["accepted"] == len(bodies)
    assert erased.erased == 1
    assert [(brand.keys(), brand.seen()) for brand in others] == before
