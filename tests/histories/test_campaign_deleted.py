"""A campaign with many codes is deleted, and a removal comes for each holder of each code."""

from sandbox.voucherify.life.campaigns import publish_code
from tests.histories.works import Works
from worker.settings.policies import Policies


CODES = 150


def test_a_deleted_campaign_is_held_beyond_its_cap(works: Works) -> None:
    """Of its 300 removals 200 are revoked and 100 are held; another campaign's is not held."""
    works.begin(Policies())
    cards, campaign = _codes(works)
    works.shop.call("DELETE", f"/campaigns/{campaign}", {"announce": True})
    removals = works.shop.webhooks()
    assert len(removals) == 2 * CODES
    other = works.shop.scenario()["referees"][0]
    removals += works.shop.unassign(other["holder"])

    for each in removals:
        works.deliver(each)
    works.complete()

    held = list(works.desk.held())
    assert (works.handed, len(held)) == (2 * CODES + 1, 100)
    cap = f"more revocations of campaign {campaign} than REVOCATION_BRAKE_CAMPAIGN allows: "
    assert {each.error for each in held} == {cap + "check them, then release or discard"}
    assert works.failed() == []
    assert _taken(works, other["card"]["id"]) == [-500]
    waiting = {works.reported[job.delivery] for job in held}
    assert {holder: _taken(works, card) for holder, card in cards.items()} == {
        holder: [] if holder in waiting else [-500] for holder in cards
    }

    for job in held:
        assert works.desk.release(job.job, who="ops") == "queued"
    works.complete()

    assert (works.desk.held_count(), works.failed()) == (0, [])
    assert [_taken(works, each) for each in cards.values()] == [[-500]] * CODES


def _codes(works: Works) -> tuple[dict[str, str], str]:
    """
    Make codes of one campaign, each with a referrer and a referee with a reward.

    Returns:
        The card of each referee by the assignment, and the campaign.
    """
    first = works.shop.scenario()
    campaign = first["campaign"]["id"]
    world = works.shop.world
    codes = [publish_code(world.store, world.store.campaigns[campaign]) for _ in range(CODES - 1)]
    scenes = [first, *(works.shop.scenario(code=each.code) for each in codes)]
    referees = [each["referees"][0] for each in scenes]
    return {each["holder"]: each["card"]["id"] for each in referees}, campaign


def _taken(works: Works, card: str) -> list[int]:
    changes = works.shop.world.store.vouchers[card].transactions
    return [each.amount for each in changes if each.amount < 0]
