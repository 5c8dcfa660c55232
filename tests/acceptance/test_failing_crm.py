"""Promise 3: a failing CRM holds up no revocation, and its notes arrive afterwards, once."""

from tests.acceptance.conftest import MakeProduct
from tests.processes import wait_until


def test_rewards_are_taken_back_while_the_crm_is_down(make_product: MakeProduct) -> None:
    """With the CRM answering 503, thirty rewards are taken back; then thirty notes arrive."""
    # With the usual 20 s a busy machine ends leases, and what waits then does not wait for the CRM.
    product = make_product(JOB_LEASE_SECONDS="300")
    product.faults(crm={"status": 503})
    referees = product.scenario(referees=30)["referees"]

    product.unassign(*(referee["holder"] for referee in referees))

    def taken_back() -> int:
        cards = product.state("cards")
        return sum(
            change["type"].endswith("_REMOVAL")
            for referee in referees
            for change in cards[referee["card"]["id"]]["transactions"]
        )

    wait_until(lambda: taken_back() == 30, "every reward is taken back")
    assert product.state("notes") == []

    def waited(handler: str) -> list[str]:
        log = product.process("worker").output().splitlines()
        lines = [line for line in log if '"job.postponed"' in line or '"job.waiting"' in line]
        return [line for line in lines if f":{handler}" in line]

    # Not one of them had to wait, which the notes did.
    wait_until(lambda: bool(waited("notify_crm")), "notes wait")
    assert waited("revoke_referral_perks") == []
    product.faults(crm=None)

    wait_until(lambda: len(product.state("notes")) == 30, "every note has arrived", seconds=90)
    product.wait_until_settled()
    assert product.inbox("failed") == []
    assert taken_back() == 30
    assert sorted(note["customer"] for note in product.state("notes")) == sorted(
        referee["customer"] for referee in referees
    )
