"""A Voucherify in memory: one card, one customer, one code, and a script of what goes wrong."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from worker.revocation.client import Answer, Json
from worker.services import Job


Rows = Iterable[Json] | None


@dataclass(kw_only=True)
class FakeApi:
    """
    Answers as `RevocationClient` says.

    Attributes:
        posts: what becomes of the balance changes, one after the other; then all are applied.
            `Answer.APPLIED` applies; "lost" applies and answers UNKNOWN; an error is raised.
        hidden: how many more looks at transactions do not show what was changed.
        interrupt: called before each call; what it raises cuts the run off.
    """

    held: Rows = field(default_factory=list)
    holders_of: Rows = field(default_factory=list)
    listed: dict[str, Rows] = field(default_factory=dict)
    activities: dict[str, list[Json]] = field(default_factory=dict)
    vouchers: dict[str, Json] = field(default_factory=dict)
    customers: dict[str, Json] = field(default_factory=dict)
    posts: list[Answer | str | BaseException] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    hidden: int = 0
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

    def activity(self, customer: str, kind: str, campaign: str, job: Job) -> Iterator[Json] | None:
        """List what happened to a customer."""
        self._note(f"activity {customer} {kind} {campaign}", job)
        return iter(self.activities.get(kind, []))

    def voucher(self, voucher: str, job: Job) -> Json | None:
        """Read a voucher."""
        self._note(f"voucher {voucher}", job)
        return self.vouchers.get(voucher)

    def customer(self, customer: str, job: Job) -> Json | None:
        """Read a customer."""
        self._note(f"customer {customer}", job)
        return self.customers.get(customer)

    def change_balance(self, card: str, amount: int, name: str, reason: str, job: Job) -> Answer:
        """Change a balance as the script says."""
        self._note(f"change {card} {amount} {name} {reason}", job)
        planned = self.posts.pop(0) if self.posts else Answer.APPLIED
        if isinstance(planned, BaseException):
            raise planned
        if planned in {Answer.APPLIED, "lost"}:
            self.put(card, amount, name)
            return Answer.UNKNOWN if planned == "lost" else Answer.APPLIED
        assert isinstance(planned, Answer)
        return planned

    def put(self, card: str, amount: int, name: str) -> None:
        """Apply a change."""
        kind = "CREDITS_REMOVAL" if amount < 0 else "CREDITS_ADDITION"
        self.moved.append((card, amount, name))
        rows = self.listed.setdefault(card, [])
        assert isinstance(rows, list)
        number = len(self.moved)
        row: dict[str, Any] = {"id": f"vtx_ours_{number}", "type": kind, "source_id": name}
        rows.insert(0, row | {"details": {"balance": {"amount": amount}}, "ours": True})
        if gift := self.vouchers.get(card, {}).get("gift"):
            gift["balance"] += amount

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

    def set_metadata(self, customer: str, metadata: Json, job: Job) -> Answer:
        """Replace a customer's metadata."""
        self._note(f"set {customer} {metadata}", job)
        self.customers[customer]["metadata"] = metadata
        return self._answer()

    def close(self) -> None:
        """Nothing to give up."""

    def changing(self) -> list[str]:
        """List the calls that change something."""
        reading = ("holders", "redeemables", "transactions", "activity", "voucher", "customer")
        return [call for call in self.calls if not call.startswith(reading)]

    def _answer(self) -> Answer:
        return self.answers.pop(0) if self.answers else Answer.APPLIED

    def _note(self, call: str, job: Job) -> None:
        job.count_call()
        self.interrupt(call)
        self.calls.append(call)
