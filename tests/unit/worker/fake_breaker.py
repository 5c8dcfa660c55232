"""A breaker that records its calls, and a run's admission by it."""

from dataclasses import dataclass, field
from typing import Any

from inbox.breaker import Admitted, BreakerOpen, CountedJob, NotAdmitted
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
class FakeBreaker:
    """Records its calls and answers as set."""

    name: str = "perks"
    answer: Admitted | BreakerOpen | NotAdmitted = field(
        default_factory=lambda: Admitted(in_doubt=False, alone=False)
    )
    budget: int = 1_000
    spare: int = 1_000
    rate: tuple[int, int] = (0, 0)
    shut: tuple[float, bool] = (0.0, False)
    calls: list[tuple[Any, ...]] = field(default_factory=list)
    jobs: list[CountedJob | None] = field(default_factory=list)

    def enter(
        self, caller: str, calls: int, job: CountedJob | None = None
    ) -> Admitted | BreakerOpen | NotAdmitted:
        """Answer as set."""
        self.jobs.append(job)
        self.calls.append(("enter", caller, calls))
        return self.answer

    def use(self, caller: str, number: int) -> float:
        """Have so many calls and no more."""
        assert caller == f"{CLAIM.job}:3"
        self.calls.append(("use", number))
        return 0.0 if number <= self.budget else 30.0

    def use_spare(self, caller: str, number: int, *, used: int, reserved: int) -> float:
        """Have so many spare calls and no more."""
        assert caller == f"{CLAIM.job}:3"
        self.calls.append(("use_spare", number, used, reserved))
        return 0.0 if number <= self.spare else 5.0

    def end_run(self, caller: str, used: int, reserved: int) -> None:
        """Record it."""
        assert caller == f"{CLAIM.job}:3"
        self.calls.append(("end_run", used, reserved))

    def well(self, caller: str) -> None:
        """Record it."""
        assert caller == f"{CLAIM.job}:3"
        self.calls.append(("well",))

    def skip(self, caller: str) -> None:
        """Record it."""
        assert caller == f"{CLAIM.job}:3"
        self.calls.append(("skip",))

    def failed(self, caller: str, reason: str) -> tuple[float, bool]:
        """Answer as set."""
        assert caller == f"{CLAIM.job}:3"
        self.calls.append(("failed", reason))
        return self.shut

    def pause(self, caller: str, reason: str, seconds: float) -> tuple[float, bool]:
        """Answer as set."""
        assert caller == f"{CLAIM.job}:3"
        self.calls.append(("pause", reason, seconds))
        return self.shut


def admission_of(
    breaker: FakeBreaker | None, *, reserve: int = 8, chance: float = 0.0, **more: Any
) -> Admission:
    """Return one run's admission; `more` is passed on."""
    caller = f"{CLAIM.job}:{CLAIM.fence}"
    return Admission(breaker, caller, chance, reserve=reserve, **more)  # type: ignore[arg-type]


def entered(breaker: FakeBreaker, *, calls: int = 0) -> Admission:
    """Return an admission that was entered, with so many calls made."""
    admission = admission_of(breaker)
    admission.enter()
    for _ in range(calls):
        admission.count_call()
    breaker.calls.clear()
    return admission
