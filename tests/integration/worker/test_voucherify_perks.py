import json
from typing import Any

import httpx2
import pytest

from tests.integration.worker.shop import Shop, ago, event_in
from tests.unit.worker.build import job
from worker.backends.perks.voucherify import VoucherifyPerks
from worker.errors import NeedsPersonError


GIFT: dict[str, Any] = {"type": "GIFT_VOUCHER", "amount": 500}
POINTS: dict[str, Any] = {"type": "LOYALTY_CARD", "amount": 250}


@pytest.mark.parametrize(("reward", "letter"), [(GIFT, "gift_credits"), (POINTS, "loyalty_points")])
@pytest.mark.parametrize("reported", [True, False], ids=["reported", "unreported"])
@pytest.mark.parametrize("own", [0, 1000])
def test_the_reward_is_taken_back_once(
    shop: Shop,
    perks: VoucherifyPerks,
    *,
    reward: dict[str, Any],
    letter: str,
    reported: bool,
    own: int,
) -> None:
    """Credits and points go back to what was the customer's own, however often it is run."""
    scene = shop.scenario(reward=reward, own=own, show_reward=reported)
    referee = scene["referees"][0]
    card = referee["card"]["id"]
    event = shop.removal_event(referee["holder"])

    outcomes = [perks.revoke(event, job()) for _ in range(3)]

    assert outcomes == [f"took back {reward['amount']} from card {card}"] * 3
    assert shop.balance(card) == own
    name = f"rvk:{referee['holder']}:{letter}"
    assert shop.take_backs(card) == [(-reward["amount"], name)]


@pytest.mark.parametrize(
    ("own", "spent", "outcome", "left"),
    [
        # own + 500 given - spent, then min(500, rest) is taken
        (1000, 800, "took back 500 from card {card}", 200),
        (1000, 1200, "took back 300 from card {card} (200 ", 0),
        (0, 499, "took back 1 from card {card} (499 ", 0),
        (0, 500, "took back 0 from card {card} (500 ", 0),
        (1000, 1500, "took back 0 from card {card} (500 ", 0),
    ],
)
def test_no_more_is_taken_than_there_is(
    shop: Shop, perks: VoucherifyPerks, *, own: int, spent: int, outcome: str, left: int
) -> None:
    """What is spent is not taken, the card never goes below zero, and the shortfall is reported."""
    referee = shop.scenario(reward=GIFT, own=own, spent=spent)["referees"][0]
    card = referee["card"]["id"]
    event = shop.removal_event(referee["holder"])

    assert perks.revoke(event, job()).startswith(outcome.format(card=card))
    assert shop.balance(card) == left
    assert len(shop.take_backs(card)) == (not outcome.startswith("took back 0"))


def test_nothing_is_taken_where_nothing_was_given(shop: Shop, perks: VoucherifyPerks) -> None:
    """A referee without a reward keeps everything."""
    referee = shop.scenario(reward=None)["referees"][0]
    event = shop.removal_event(referee["holder"])

    outcome = perks.revoke(event, job())

    assert outcome == (
        "nothing to take back: assignment gone: it gave nothing that can be taken back"
    )


def test_own_money_put_on_before_and_after_is_left_alone(
    shop: Shop, perks: VoucherifyPerks
) -> None:
    """A card's other additions, outside the time of the assignment, are not checked."""
    referee = shop.scenario(reward=GIFT, own=700)["referees"][0]
    card = referee["card"]["id"]
    event = shop.removal_event(referee["holder"])
    # After the removal, and of the same amount.
    shop.move(card, 500, "CREDITS_ADDITION", at=ago(seconds=-1))

    perks.revoke(event, job())

    assert shop.balance(card) == 700 + 500


def test_an_addition_that_may_be_own_money_needs_a_person(
    shop: Shop, perks: VoucherifyPerks
) -> None:
    """What someone bought meanwhile is the customer's own, unless it is what was promised."""
    other = shop.scenario(reward=None)["referees"][0]
    bought = shop.call(
        "POST", "/sandbox/cards", {"customer": other["customer"], "type": "GIFT_VOUCHER"}
    )["id"]
    shop.move(bought, 2000, "CREDITS_ADDITION", at=ago(hours=1), source="API", reason="Bought")
    body = shop.removal(other["holder"])

    assert perks.revoke(event_in(body), job()).startswith("nothing to take back")

    document = json.loads(body)
    promised = {"type": "GIFT_VOUCHER", "amount": "2000"}
    document["data"]["campaign"]["referral_program"] = {"referee_reward": promised}
    with pytest.raises(NeedsPersonError, match="not proved to be it"):
        perks.revoke(event_in(json.dumps(document).encode()), job())
    assert shop.balance(bought) == 2000


def test_several_candidates_need_a_person_and_nothing_is_touched(
    shop: Shop, perks: VoucherifyPerks
) -> None:
    """Of two additions that fit, neither is guessed to be the reward; both are named."""
    referee = shop.scenario(reward=GIFT, lookalike=500)["referees"][0]
    card = referee["card"]["id"]
    event = shop.removal_event(referee["holder"])

    with pytest.raises(NeedsPersonError, match="vtx_") as caught:
        perks.revoke(event, job())

    assert referee["grant"]["transaction"] in str(caught.value)
    assert str(caught.value).count("vtx_") == 2
    assert shop.balance(card) == 1000 + 500 + 500
    assert shop.requests("voucherify", "POST") == []


def test_a_reported_amount_decides_which_candidate_it_is(
    shop: Shop, perks: VoucherifyPerks
) -> None:
    """Where the campaign reports the amount, another addition in the time is left alone."""
    wanted = {"reward": GIFT, "lookalike": 300, "show_reward": True}
    referee = shop.scenario(**wanted)["referees"][0]
    event = shop.removal_event(referee["holder"])

    perks.revoke(event, job())

    assert shop.balance(referee["card"]["id"]) == 1000 + 300


def test_a_reward_of_a_kind_that_is_not_known_needs_a_person(
    shop: Shop, perks: VoucherifyPerks
) -> None:
    """A new kind of reward is not reported as "nothing was given"."""
    referee = shop.scenario(reward=GIFT, show_reward=True)["referees"][0]
    body = shop.removal(referee["holder"]).replace(
        b'"referee_reward":{"type":"GIFT_VOUCHER"', b'"referee_reward":{"type":"TICKET"'
    )
    assert b"TICKET" in body

    with pytest.raises(NeedsPersonError, match="unknown type"):
        perks.revoke(event_in(body), job())

    assert shop.requests("voucherify", "POST") == []


@pytest.mark.parametrize("role", ["OWNER", "FRIEND"])
def test_other_roles_are_never_taken_from(shop: Shop, perks: VoucherifyPerks, role: str) -> None:
    """An owner has nothing to give back; an unknown role goes to a person."""
    referee = shop.scenario(reward=GIFT)["referees"][0]
    body = shop.removal(referee["holder"]).replace(b"REFEREE", role.encode())
    event = event_in(body)

    if role == "OWNER":
        assert perks.revoke(event, job()) == "nothing to take back: not a referral role"
    else:
        with pytest.raises(NeedsPersonError):
            perks.revoke(event, job())

    assert shop.requests("voucherify") == []
    assert shop.balance(referee["card"]["id"]) == 1500


def test_only_the_one_referees_reward_is_taken(shop: Shop, perks: VoucherifyPerks) -> None:
    """Of three referees of one code, the other two and the referrer keep what they have."""
    referees = shop.scenario(reward=GIFT, referees=3)["referees"]
    event = shop.removal_event(referees[1]["holder"])

    perks.revoke(event, job())

    assert [shop.balance(each["card"]["id"]) for each in referees] == [1500, 1000, 1500]


def test_every_call_is_a_documented_one(
    shop: Shop, perks: VoucherifyPerks, sent: list[httpx2.Request]
) -> None:
    """Keys and version on each call, JSON of the documented types on the one POST, no DELETE."""
    scene = shop.scenario(reward=GIFT)
    referee = scene["referees"][0]
    card = referee["card"]["id"]
    event = shop.removal_event(referee["holder"])

    perks.revoke(event, job())

    assert [(each.method, each.url.path) for each in sent] == [
        ("GET", f"/v1/customers/{referee['customer']}/redeemables"),
        ("GET", f"/v1/referrals/members/{scene['code']['id']}/holders"),
        ("GET", f"/v1/vouchers/{card}/transactions"),
        ("GET", f"/v1/campaigns/{scene['campaign']['id']}"),
        ("POST", f"/v1/vouchers/{card}/balance"),
    ]
    for each in sent:
        assert each.headers["x-app-id"] == shop.settings.app_id
        assert each.headers["x-app-token"] == shop.settings.app_token
        assert each.headers["x-voucherify-api-version"] == "v2018-08-01"
        assert each.headers.get("content-type") == (
            "application/json" if each.method == "POST" else None
        )
    written = json.loads(sent[4].content)
    assert written.pop("reason").startswith("the referee's reward: ")
    assert written == {
        "amount": -500,
        "source_id": f"rvk:{referee['holder']}:gift_credits",
    }


def test_the_campaign_is_read_once_for_many_removals(
    shop: Shop, perks: VoucherifyPerks, sent: list[httpx2.Request]
) -> None:
    """An ordinary removal takes four calls: two lists, the card's transactions, and the change."""
    referees = shop.scenario(reward=GIFT, referees=3)["referees"]
    events = [shop.removal_event(each["holder"]) for each in referees]
    calls = []
    for event in events:
        before = len(sent)
        perks.revoke(event, job())
        calls.append(len(sent) - before)

    assert calls == [5, 4, 4]
