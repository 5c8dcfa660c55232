"""What must be true of an inbox, computed without a store."""

from collections import Counter
from dataclasses import dataclass, field

from inbox.ids import delivery_id, delivery_of, name_of
from inbox.privacy.redaction import redacted


#: Bodies by the identity of what they report and by their customer; two report the same.
BODIES = {
    b'{"id":"cust_1","name":"one"}': ("holder-1", "cust_1"),
    b'{"id":"cust_1","name":"one again"}': ("holder-1", "cust_1"),
    b'{"id":"cust_1","name":"two"}': ("holder-2", "cust_1"),
    b'{"id":"cust_2","name":"three"': ("holder-3", "cust_2"),
    b"other": ("", ""),
}
IDENTITIES = {delivery_id(body): identity for body, (identity, _) in BODIES.items()}
CUSTOMERS = {delivery_id(body): customer for body, (_, customer) in BODIES.items()}
WHOLE = {delivery_id(body): body for body in BODIES}


@dataclass
class Model:
    """What must be true, computed without a store."""

    states: dict[str, str] = field(default_factory=dict)
    fences: dict[str, int] = field(default_factory=dict)
    tries: Counter[str] = field(default_factory=Counter)
    admitted: set[str] = field(default_factory=set)
    in_window: set[str] = field(default_factory=set)
    ended: dict[str, set[str]] = field(default_factory=dict)
    owners: dict[str, tuple[str, int]] = field(default_factory=dict)
    #: Deliveries that stand in their customer's index, erased customers and redacted bodies.
    processed: set[str] = field(default_factory=set)
    forgotten: set[str] = field(default_factory=set)
    erased: set[str] = field(default_factory=set)
    births: dict[str, int] = field(default_factory=dict)
    effects: Counter[tuple[str, str]] = field(default_factory=Counter)

    def live(self, delivery: str) -> list[str]:
        """Return the pending jobs of a delivery."""
        return [job for job in self.states if delivery_of(job) == delivery]

    def end(self, job: str) -> None:
        """Note that a job is over."""
        del self.states[job]
        del self.tries[job]
        self.admitted.discard(job)
        self.ended[delivery_of(job)].add(name_of(job))
        if not self.live(delivery_of(job)):
            self.processed.discard(delivery_of(job))

    def body(self, delivery: str) -> bytes | None:
        """Return which body is in the store."""
        if not self.live(delivery):
            return None
        return redacted(WHOLE[delivery]) if delivery in self.erased else WHOLE[delivery]
