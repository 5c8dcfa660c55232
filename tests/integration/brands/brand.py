"""An installation among others: its prefix, the server of its keys, and its faces."""

from dataclasses import dataclass, replace
from typing import Any, Final

from inbox.admin.fleet import Fleet
from inbox.admin.queries import Admin
from inbox.ids import delivery_id
from inbox.intake import Intake
from inbox.jobs import Jobs
from inbox.privacy.erasure import Erasure
from inbox.store.client import StoreClient
from inbox.store.connection import connect
from settings.store_url import store_address
from tests.conftest import ANSWER_SECONDS, LEASE_SECONDS, WINDOW_SECONDS
from tests.faults.store import Store
from worker.backends.crm.dry_run import DryRunCrm
from worker.backends.perks.dry_run import DryRunPerks
from worker.handlers import load_handlers
from worker.run.flow import Flow
from worker.run.verdict import Completed
from worker.services import Services


#: Who wants an ordinary removal.
HANDLERS: Final = ("revoke_referral_perks", "notify_crm")


@dataclass(frozen=True, slots=True)
class Brand:
    """An installation: its prefix, the server of its keys, and its faces."""

    prefix: str
    node: Store
    client: StoreClient
    intake: Intake
    jobs: Jobs
    admin: Admin
    flow: Flow

    @classmethod
    def at(cls, url: str, node: Store, prefix: str) -> "Brand":
        """Make the faces of an installation at an address."""
        client = connect(
            replace(store_address(url), prefix=prefix),
            max_connections=4,
            answer_timeout=ANSWER_SECONDS,
        )
        jobs = Jobs(
            client,
            lease_seconds=LEASE_SECONDS,
            dedupe_window_seconds=WINDOW_SECONDS,
            removal_memory_seconds=WINDOW_SECONDS,
        )
        services = Services(perks=DryRunPerks(), crm=DryRunCrm(), erasure=Erasure(client))
        return cls(
            prefix=prefix,
            node=node,
            client=client,
            intake=Intake(client),
            jobs=jobs,
            admin=Admin(client, dedupe_window_seconds=WINDOW_SECONDS),
            flow=Flow(
                jobs=jobs,
                table=load_handlers(),
                services=services,
                schedule=(60.0,),
                lease_seconds=LEASE_SECONDS,
                chance=lambda: 0.5,
            ),
        )

    def handle_all(self, bodies: list[bytes]) -> None:
        """Accept removals and run their jobs."""
        done = self._done()
        for body in bodies:
            self.intake.accept(body)
            for name in ("process", *HANDLERS):
                assert isinstance(self.flow.run(f"{delivery_id(body)}:{name}:1"), Completed)
        # A job that failed unexpectedly is completed as well.
        assert self._done() - done == len(HANDLERS) * len(bodies)

    def _done(self) -> int:
        return self.admin.stats().counts.get("done", 0)

    def fail(self, body: bytes) -> str:
        """Accept a body whose job fails; return the job."""
        claim: Any = self.jobs.claim(f"{self.intake.accept(body).delivery}:process")
        assert self.jobs.fail(claim, "no_such", "an error")
        return str(claim.job)

    def keys(self) -> dict[bytes, bytes]:
        """Return all that is stored for this brand, byte by byte."""
        stored: Any = self.client
        found = stored.scan_iter(self.prefix + "*", count=1000)
        return {key: stored.dump(key) for key in found}

    def seen(self) -> tuple[Any, ...]:
        """Return what its pages and metrics show; the server's memory is everyone's."""
        view = Fleet(self.client).read()
        stats = replace(view.stats, memory=None)
        return (
            replace(view, now=None, stats=stats),  # type: ignore[arg-type]  # only compared
            [each.job for each in self.admin.failed()],
            [each.job for each in self.admin.held()],
        )
