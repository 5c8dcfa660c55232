"""The rate cap's cap for each campaign."""

from concurrent.futures import ThreadPoolExecutor

from inbox.model.job import Claim
from inbox.model.rate import Rate
from tests.engine import KEYS
from tests.integration.inbox.consistency import assert_consistent
from tests.integration.inbox.house import EVERYTHING, WHO, House
from tests.integration.inbox.later import Later


TEN = Rate(10, 3600)


def _running(house: House, campaign: str, number: int) -> list[Claim]:
    return [house.process(f"{campaign}{one}".encode()) for one in range(number)]


def _admit(house: House, claim: Claim, campaign: str, *, most: Rate = EVERYTHING) -> str:
    return house.admit(claim, most, campaign, TEN)


def test_a_campaign_is_held_beyond_its_cap_and_others_continue(house: House) -> None:
    """Of forty jobs of one campaign at once ten act, and those of another campaign all do."""
    claims = _running(house, "camp_a", 40)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda claim: _admit(house, claim, "camp_a"), claims))

    assert (answers.count("admitted"), answers.count("held")) == (10, 30)
    assert {_admit(house, each, "camp_b") for each in _running(house, "camp_b", 10)} == {"admitted"}
    assert house.admit(house.process(b"of no campaign"), EVERYTHING) == "admitted"
    # What is held takes no place of another campaign.
    assert house.store.zcard(KEYS.brake) == 21
    assert house.store.zcard(f"{KEYS.brake}:camp_a") == 10
    assert_consistent(house.store)


def test_the_error_names_the_campaign_and_the_setting(house: House) -> None:
    """Operators see which cap holds a job: that of its campaign, or that of all."""
    for claim in _running(house, "camp_a", 10):
        _admit(house, claim, "camp_a")
    _admit(house, house.process(b"one too many"), "camp_a", most=TEN)
    house.tick()
    _admit(house, house.process(b"another"), "camp_b", most=TEN)

    first, second = (each.error or "" for each in house.admin.held())

    assert "more revocations of campaign camp_a than REVOCATION_BRAKE_CAMPAIGN allows" in first
    assert "more revocations than REVOCATION_BRAKE allows" in second
    assert {each.reason for each in house.admin.held()} == {"held_by_brake"}


def test_a_released_job_needs_no_second_leave(house: House) -> None:
    """Released, it passes its campaign's full cap and takes no one's place there."""
    for claim in _running(house, "camp_a", 10):
        _admit(house, claim, "camp_a")
    held = house.process(b"one too many")
    assert _admit(house, held, "camp_a") == "held"

    assert house.admin.release(held.job, who=WHO) == "queued"

    assert _admit(house, house.claim(f"{held.job}:2"), "camp_a") == "admitted"
    assert house.store.zcard(f"{KEYS.brake}:camp_a") == 10
    assert_consistent(house.store)


def test_the_window_of_a_campaign_passes(house: House) -> None:
    """A window later the campaign has all its places again, and leaves no key behind at the end."""
    later = Later(house.store)
    for expected in (["admitted"] * 10 + ["held"], ["admitted"] * 10 + ["held"]):
        claims = [house.process(f"{later.now()} {one}".encode()) for one in range(11)]
        assert [_admit(house, each, "camp_a") for each in claims] == expected
        later(TEN.seconds)

    assert not house.store.exists(f"{KEYS.brake}:camp_a")


def test_two_windows_of_different_length(house: House) -> None:
    """The cap of a campaign may count over a longer time than that of all."""
    later = Later(house.store)
    for expected in ("admitted", "held"):
        claim = house.process(expected.encode())
        assert house.admit(claim, Rate(1, 60), "camp_a", Rate(1, 86_400)) == expected
        later(3600)
