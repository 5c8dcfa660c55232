"""An inbox, and a flow with one handler that does what a test wants."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from inbox.admin.queries import Admin
from inbox.breaker import Breaker
from inbox.intake import Intake
from inbox.jobs import Jobs
from inbox.model.rate import Rate
from inbox.privacy.erasure import Erasure
from schemas import HolderAssignmentDeleted
from tests.conftest import LEASE_SECONDS
from tests.samples import assignment_deleted, body
from worker.backends.crm.dry_run import DryRunCrm
from worker.backends.perks.dry_run import DryRunPerks
from worker.handlers import HandlerTable
from worker.handlers.registry import Registration
from worker.job import Job
from worker.run.flow import Flow
from worker.services import Services


DELETED = "customer.holder.assignment.deleted"


class House:
    """An inbox, a flow with one handler, and what the handler got."""

    def __init__(self, jobs: Jobs, intake: Intake, desk: Admin, erasure: Erasure) -> None:
        self.jobs, self.intake, self.desk = jobs, intake, desk
        self.given: list[tuple[HolderAssignmentDeleted, Job]] = []
        self.act: Callable[[], Any] = lambda: "acted"
        table = HandlerTable({"act": Registration("act", "acts", (DELETED,), self._run)})
        self.flow = Flow(
            jobs=jobs,
            table=table,
            services=Services(perks=DryRunPerks(), crm=DryRunCrm(), erasure=erasure),
            schedule=(60.0, 600.0),
            lease_seconds=LEASE_SECONDS,
            chance=lambda: 0.5,
        )

    def _run(self, event: HolderAssignmentDeleted, _services: Services, job: Job) -> str:
        self.given.append((event, job))
        found: str = self.act()
        return found

    def use(self, **services: Any) -> None:
        """Let the handler have these services instead."""
        self.flow = replace(self.flow, services=replace(self.flow.services, **services))

    def move_money(self, breaker: Breaker, *, cap: Rate | None = None) -> None:
        """Let the handler move money by this breaker, and try again each minute."""
        (handler,) = self.flow.table.by_name.values()
        table = HandlerTable({handler.name: replace(handler, moves_money=True)})
        self.flow = replace(self.flow, table=table, schedule=(60.0,) * 14)
        self.use(breakers={"acts": breaker}, cap=cap)

    def accept(self, **overrides: Any) -> str:
        """Accept a removal; return the delivery."""
        return self.intake.accept(body(assignment_deleted(**overrides))).delivery

    def handed_on(self, **overrides: Any) -> str:
        """Accept and process a removal; return the handler's task."""
        delivery = self.accept(**overrides)
        self.flow.run(f"{delivery}:process:1")
        return f"{delivery}:act:1"

    def raising(self, error: BaseException) -> None:
        """Let the handler fail."""

        def act() -> None:
            raise error

        self.act = act
