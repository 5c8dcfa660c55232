from typing import Final

import structlog

from inbox.plans import Plans
from worker.periodic.loop import PeriodicTask
from worker.run.plan import PlanMaker


log = structlog.get_logger()

#: One short question to the store; an operator waits for the answer.
LOOK_SECONDS: Final = 0.5

#: A store that is away is left in peace.
AWAY_SECONDS: Final = 5.0


class PlanTask(PeriodicTask):
    """
    Answers what a job would do.

    It makes one plan at a time beside the jobs and not among them: no thread of theirs, no
    message, no queue.
    """

    def __init__(self, plans: Plans, planning: PlanMaker) -> None:
        super().__init__("plan", LOOK_SECONDS, away_seconds=AWAY_SECONDS)
        self._plans = plans
        self._planning = planning

    def step(self) -> None:
        """Answer all requests that nobody has taken."""
        while not self.stopping and (request := self._plans.take()):
            plan = self._planning.make(request)
            told = self._plans.answer(request, plan)
            log.info("plan.made", job=request.job, possible=plan.possible, told=told)
