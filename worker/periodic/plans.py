from typing import Final

import structlog

from inbox.plans import Plans
from worker.periodic.loop import PeriodicTask
from worker.run.plan import PlanMaker


log = structlog.get_logger()

#: One short question to the store; an operator waits for the answer.
POLL_SECONDS: Final = 0.5

#: The pause while the store is unavailable.
AWAY_SECONDS: Final = 5.0


class PlanTask(PeriodicTask):
    """
    Answers what a job would do, one plan at a time.

    It runs beside the jobs: it takes none of their threads, and no message or queue.
    """

    def __init__(self, plans: Plans, planning: PlanMaker) -> None:
        super().__init__("plan", POLL_SECONDS, away_seconds=AWAY_SECONDS)
        self._plans = plans
        self._planning = planning

    def step(self) -> None:
        """Answer all open requests."""
        while not self.stopping and (request := self._plans.take()):
            plan = self._planning.make(request)
            kept = self._plans.answer(request, plan)
            log.info("plan.made", job=request.job, possible=plan.possible, answered=kept)
