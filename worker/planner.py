import threading
from typing import Final

import structlog
from redis import RedisError

from inbox.plans import Plans
from telemetry.safe_errors import type_name
from telemetry.sentry import report
from worker.planning import Planning


log = structlog.get_logger()

#: One short question to the store; an operator waits for the answer.
LOOK_SECONDS: Final = 0.5

#: A store that is away is left in peace; the sweep tells of it every time.
AWAY_SECONDS: Final = 5.0


class Planner:
    """
    The thread in every worker that answers what a job would do.

    It makes one plan at a time beside the jobs and not among them: no thread of theirs, no
    message, no queue.
    """

    def __init__(self, plans: Plans, planning: Planning) -> None:
        self._plans = plans
        self._planning = planning
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="planner", daemon=True)

    def start(self) -> None:
        """Begin to look for requests."""
        self._thread.start()

    def stop(self) -> None:
        """Stop, waiting for a plan that is being made."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(timeout=5)

    def _loop(self) -> None:
        away = False
        while not self._stopping.wait(AWAY_SECONDS if away else LOOK_SECONDS):
            try:
                self._answer()
                away = False
            except RedisError as error:
                if not away:
                    log.warning("plan.store_unavailable", error=type_name(error))
                away = True
            except Exception as error:
                # A loop that ended in silence would be found out by operators only.
                log.exception("plan.unexpected_error")
                report(error)

    def _answer(self) -> None:
        while not self._stopping.is_set() and (request := self._plans.take()):
            plan = self._planning.make(request)
            told = self._plans.tell(request, plan)
            log.info("plan.made", job=request.job, possible=plan.possible, told=told)
