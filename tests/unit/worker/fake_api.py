"""A Voucherify in memory: one card, one customer, one code, and a script of what goes wrong."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from inbox.model.time import utc_now
from worker.errors import RetryableError
from worker.job import Job
from worker.revocation.cards import BALANCES
from worker.voucherify.answer import Answer, Changed
from worker.voucherify.values import Json


Rows = Iterable[Json] | None


@dataclass(kw_only=True)
class FakeApi:
    """
    Answers as `RevocationClient` says.

    Attributes:
        posts: what becomes of the balance changes, one after the other; then all are applied.
            `Answer.APPLIED` applies; "lost" applies and answers UNKNOWN; an error is raised.
        answers: what becomes of the other changes, one after the other; then all are applied.
        merges: whether an update of metadata leaves keys that it does not name.
        hidden: how many more reads of transactions do not show what was changed.
        interrupt: called before each call; what it raises cuts the run off.
    """

    held: Rows = field(default_factory=list)
    holders_of: Rows = field(default_factory=list)
    listed: dict[str, Rows] = field(default_factory=dict)
    activities: dict[str, Rows] = field(default_factory=dict)
    vouchers: dict[str, Json] = field(default_factory=dict)
    customers: dict[str, Json] = field(default_factory=dict)
    campaigns: dict[str, Json] = field(default_factory=dict)
    posts: list[Answer | str | BaseException] = field(default_factory=list)
    answers: list[Answer | BaseException] = field(default_factory=list)
    merges: bool = True
    hidden: int = 0
    now: Callable[[], datetime] = utc_now
    interrupt: Callable[[str], None] = lambda _call: None
    calls: list[str] = field(default_factory=list)
    moved: list[tuple[str, int, str]] = field(default_factory=list)

    def holders(self, code: str, customer: str, job: Job) -> Iterator[Json] | None:
        """List a code's holders, of all customers."""
        self._note(f"holders {code} {customer}", job)
        return None if self.holders_of is None else iter(self.holders_of)

    def redeemables(self, customer: str, job: Job) -> Iterator[Json] | None:
        """List what a customer holds."""
        self._note(f"redeemables {customer}", job)
        return None if self.held is None else iter(self.held)

    def transactions(self, card: str, job: Job) -> Iterator[Json] | None:
        """List a card's changes, newest first, without those that are not indexed yet."""
        self._note(f"transactions {card}", job)
        rows = self.listed.get(card, [])
        if rows is None:
            return None
        if self.hidden:
            self.hidden -= 1
            rows = [each for each in rows if not each.get("ours")]
        return iter(rows)

    def activity(self, customer: str, since: str, job: Job) -> Iterator[Json] | None:
        """List what happened to a customer, of every type and time."""
        self._note(f"activity {customer} {since}", job)
        rows = self.activities.get(customer, [])
        return None if rows is None else iter(rows)

    def voucher(self, voucher: str, job: Job) -> Json | None:
        """Read a voucher."""
        self._note(f"voucher {voucher}", job)
        return self.vouchers.get(voucher)

    def customer(self, customer: str, job: Job) -> Json | None:
        """Read a customer."""
        self._note(f"customer {customer}", job)
        return self.customers.get(customer)

    def campaign(self, campaign: str, job: Job) -> Json | None:
        """Read a campaign."""
        self._note(f"campaign {campaign}", job)
        return self.campaigns.get(campaign)

    def change_balance(self, card: str, amount: int, name: str, reason: str, job: Job) -> Changed:
        """Change a balance as the script says."""
        self._note(f"change {card} {amount} {name} {reason}", job)
        planned = self.posts.pop(0) if self.posts else Answer.APPLIED
        if isinstance(planned, BaseException):
            raise planned
        if planned in {Answer.APPLIED, "lost"}:
            balance = self.put(card, amount, name)
            lost = planned == "lost"
            return Changed(Answer.UNKNOWN) if lost else Changed(Answer.APPLIED, balance)
        assert isinstance(planned, Answer)
        return Changed(planned)

    def put(self, card: str, amount: int, name: str) -> int:
        """Apply a change; give what is on the card then."""
        self.moved.append((card, amount, name))
        rows = self.listed.setdefault(card, [])
        assert isinstance(rows, list)
        held = self._held(card)
        balance = amount + (held["balance"] if held else _shown(rows))
        points = (self.vouchers.get(card) or {}).get("type") == "LOYALTY_CARD"
        unit, field_ = ("POINTS", "points") if points else ("CREDITS", "amount")
        changed = {field_: amount, "balance": balance, "operation_type": "MANUAL"}
        row: dict[str, Any] = {
            "id": f"vtx_ours_{len(self.moved)}",
            "type": f"{unit}_{'REMOVAL' if amount < 0 else 'ADDITION'}",
            "source": "API",
            "source_id": name,
            "reason": "taken back",
            "created_at": self.now().isoformat(),
            "related_transaction_id": None,
            "details": {"balance": changed},
            "ours": True,
        }
        rows.insert(0, row)
        if held:
            held["balance"] = balance
        return balance

    def _held(self, card: str) -> Json:
        voucher = self.vouchers.get(card) or {}
        return next((voucher[each] for each in BALANCES.values() if voucher.get(each)), {})

    def disable(self, voucher: str, job: Job) -> Answer:
        """Switch a voucher off."""
        return self._set(voucher, active=False, job=job)

    def enable(self, voucher: str, job: Job) -> Answer:
        """Switch a voucher on."""
        return self._set(voucher, active=True, job=job)

    def _set(self, voucher: str, *, active: bool, job: Job) -> Answer:
        self._note(f"{'enable' if active else 'disable'} {voucher}", job)
        answer = self._answer()
        if answer is not Answer.NOT_FOUND:
            self.vouchers[voucher]["active"] = active
        return answer

    def roll_back(self, redemption: str, reason: str, job: Job) -> Answer:
        """Roll a redemption back."""
        self._note(f"roll back {redemption} {reason}", job)
        return self._answer()

    def set_metadata(self, customer: str, metadata: Json, job: Job) -> Json | None:
        """Update a customer's metadata; give the customer as they are then."""
        self._note(f"set {customer} {metadata}", job)
        answer = self._answer()
        shown = self.customers.get(customer)
        if answer is Answer.NOT_FOUND or shown is None:
            return None
        shown["metadata"] = {**(shown.get("metadata") or {} if self.merges else {}), **metadata}
        if answer is Answer.UNKNOWN:
            raise RetryableError("voucherify_no_answer", "no answer", outage=True)
        return shown

    def close(self) -> None:
        """Nothing to give up."""

    def changing(self) -> list[str]:
        """List the calls that change something."""
        reading = (
            "holders",
            "redeemables",
            "transactions",
            "activity",
            "voucher",
            "customer",
            "campaign",
        )
        return [call for call in self.calls if not call.startswith(reading)]

    def _answer(self) -> Answer:
        planned = self.answers.pop(0) if self.answers else Answer.APPLIED
        if isinstance(planned, BaseException):
            raise planned
        return planned

    def _note(self, call: str, job: Job) -> None:
        job.count_call()
        self.interrupt(call)
        self.calls.append(call)


def _shown(rows: list[Json]) -> int:
    balance = rows[0].get("details", {}).get("balance", {}).get("balance") if rows else 0
    return balance if isinstance(balance, int) else 0
