import threading

import httpx2

from tests.integration.worker.ledger import Ledger
from tests.integration.worker.shop import Shop, ago
from tests.unit.worker.build import job
from worker.backends.perks.voucherify import VoucherifyPerks


def test_lists_are_read_to_their_end(shop: Shop, perks: VoucherifyPerks, ledger: Ledger) -> None:
    """The card among 150 redeemables and the grant under 250 transactions are found."""
    referee = shop.scenario(reward={"type": "LOYALTY_CARD", "amount": 250})["referees"][0]
    card = referee["card"]["id"]
    another = {"customer": referee["customer"], "type": "GIFT_VOUCHER"}
    with httpx2.Client(base_url=shop.url, trust_env=False, timeout=30) as client:
        for _ in range(150):
            client.post("/sandbox/cards", json=another).raise_for_status()
    for _ in range(125):  # 250 transactions
        shop.move(card, -1, "POINTS_REDEMPTION", at=ago(hours=1))
        shop.move(card, 1, "POINTS_REFUND", at=ago(hours=1))
    event = shop.removal_event(referee["holder"])

    assert perks.revoke(event, job()) == f"took back 250 from card {card}"

    for _ in range(250):
        shop.move(card, 1, "POINTS_REFUND")
    # Even if the ledger has forgotten, it stands on the third page of the card.
    ledger.forget()
    assert perks.revoke(event, job()) == f"took back 250 from card {card}"
    assert len(shop.take_backs(card)) == 1
    assert shop.balance(card) == 1000 + 250


def test_many_threads_share_one_backend(shop: Shop, perks: VoucherifyPerks) -> None:
    """Fifty removals in fifty threads over one client are each taken back once."""
    referees = shop.scenario(referees=50, own=1000)["referees"]
    events = [shop.removal_event(each["holder"]) for each in referees]
    outcomes: list[str] = []
    start = threading.Barrier(50)

    def work(number: int) -> None:
        start.wait()
        outcomes.append(perks.revoke(events[number], job()))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(outcomes) == 50
    assert all(outcome.startswith("took back 500") for outcome in outcomes)
    assert {shop.balance(each["card"]["id"]) for each in referees} == {1000}
