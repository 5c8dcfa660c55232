from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from worker.effects.names import Origin
from worker.effects.steps import Steps
from worker.job import Act, Check


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedJob:
    """The job of one claim, as its handler sees it; `worker.job.Job` explains each field."""

    id: str
    delivery: str
    deadline: float
    now: Callable[[], datetime]
    tries: int = 1
    again: bool = False
    count_call: Callable[[], None] = lambda: None
    spare_call: Callable[[], None] = lambda: None
    limit_reached: Callable[[float], None] = lambda _: None
    customer: str = ""
    redacted: bool = False
    #: What `once` uses.
    steps: Steps = field(default_factory=lambda: Steps(None, Origin(handler="", event="", job="")))

    @property
    def dry_run(self) -> bool:
        """Whether `once` only reports what it would do."""
        return self.steps.dry_run

    def once(
        self,
        step: str,
        about: str | None,
        act: Act,
        *,
        check: Check | None = None,
        repeatable: bool = False,
    ) -> str:
        """Take a step once, as `worker.job.Job.once` says."""
        return self.steps.once(step, about, act, check=check, repeatable=repeatable)

    def key(self, step: str, about: str | None) -> str:
        """Return the key that `once` hands to this step."""
        return self.steps.key(step, about)

    def sparing(self) -> "ClaimedJob":
        """Return the same job for calls that can all wait."""
        return replace(self, count_call=self.spare_call)
