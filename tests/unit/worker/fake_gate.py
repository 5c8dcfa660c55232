"""A gate that keeps what it is told, and a run's passage through it."""

from dataclasses import dataclass, field
from typing import Any

from inbox.breaker import Admitted, BreakerOpen
from inbox.model.job import Claim
from worker.run.admission import Admission


CLAIM = Claim(
    job="a" * 32 + ":act",
    task="t",
    queue="perks",
    fence=3,
    tries=1,
    received_ms=0,
    claimed_ms=0,
    body=b"",
)


@dataclass
class FakeGate:
    """Keeps what it is told and answers as it is set."""

    name: str = "perks"
    answer: Admitted | BreakerOpen = field(
        default_factory=lambda: Admitted(in_doubt=False, alone=False)
    )
    budget: int = 1_000
    spare: int = 1_000
    rate: tuple[int, int] = (0, 0)
    shut: tuple[float, bool] = (0.0, False)
    told: list[tuple[Any, ...]] = field(default_factory=list)

    def enter(self, caller: str, calls: int) -> Admitted | BreakerOpen:
        """Answer as set."""
        self.told.append(("enter", caller, calls))
        return self.answer

    def use(self, caller: str, number: int) -> float:
        """Have so many calls and no more."""
        assert caller == f"{CLAIM.job}:3"
        self.told.append(("use", number))
        return 0.0 if number <= self.budget else 30.0

    def use_spare(self, caller: str) -> float:
        """Have so many spare calls and no more."""
        self.told.append(("use_spare", caller))
        return 0.0 if sum(each[0] == "use_spare" for each in self.told) <= self.spare else 5.0

    def end_run(self, caller: str, used: int, reserved: int) -> None:
        """Keep it."""
        assert caller == f"{CLAIM.job}:3"
        self.told.append(("end_run", used, reserved))

    def well(self, caller: str) -> None:
        """Keep it."""
        assert caller == f"{CLAIM.job}:3"
        self.told.append(("well",))

    def skip(self, caller: str) -> None:
        """Keep it."""
        assert caller == f"{CLAIM.job}:3"
        self.told.append(("skip",))

    def failed(self, caller: str, reason: str) -> tuple[float, bool]:
        """Answer as set."""
        assert caller == f"{CLAIM.job}:3"
        self.told.append(("failed", reason))
        return self.shut

    def pause(self, caller: str, reason: str, seconds: float) -> tuple[float, bool]:
        """Answer as set."""
        assert caller == f"{CLAIM.job}:3"
        self.told.append(("pause", reason, seconds))
        return self.shut


def passage_of(gate: FakeGate | None, *, reserve: int = 8, chance: float = 0.0) -> Admission:
    """Give one run's passage."""
    return Admission(gate, f"{CLAIM.job}:{CLAIM.fence}", chance, reserve=reserve)  # type: ignore[arg-type]


def entered(gate: FakeGate, *, calls: int = 0) -> Admission:
    """Give a passage that was entered, with so many calls made."""
    passage = passage_of(gate)
    passage.enter()
    for _ in range(calls):
        passage.count_call()
    gate.told.clear()
    return passage
