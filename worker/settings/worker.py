from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from inbox.durability.barrier import Durability
from inbox.model.rate import Rate
from inbox.retention import Limits
from inbox.settings import InboxSettings, read_durability
from settings.reader import Reader
from settings.variables import common, flower, web, work
from telemetry.settings import TelemetrySettings
from worker.settings.crm import CrmSettings
from worker.settings.kept import Kept, conflicts
from worker.settings.periodic import CanarySettings, WebhookCheckSettings
from worker.settings.perks import PerksSettings
from worker.settings.reconcile import ReconcileSettings


#: Completed deliveries that are remembered by their bytes; at most some 300 MB of the store.
MOST_MARKERS: Final = 1_000_000


def read_modules(reader: Reader) -> tuple[str, ...]:
    """Read which modules hold a shop's own handlers."""
    return reader.read(work.HANDLERS)


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerSettings:
    """What Celery needs, in workers and in Flower."""

    inbox: InboxSettings
    telemetry: TelemetrySettings
    lease_seconds: int
    concurrency: int
    #: Modules with a shop's own handlers.
    handlers: tuple[str, ...]

    @classmethod
    def read(cls, reader: Reader) -> "BrokerSettings":
        """Read these settings as part of the worker's."""
        # Flower reads these itself, by then with a traceback, after it has made this application.
        for variable in (
            web.PORT,
            flower.FLOWER_ADDRESS,
            flower.FLOWER_BASIC_AUTH,
            flower.FLOWER_MAX_TASKS,
            flower.FLOWER_SHOW_BODIES,
        ):
            reader.read(variable)
        return cls(
            inbox=InboxSettings.read(reader),
            telemetry=TelemetrySettings.read(reader),
            lease_seconds=reader.read(work.JOB_LEASE_SECONDS),
            concurrency=reader.read(work.WORKER_CONCURRENCY),
            handlers=read_modules(reader),
        )

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> "BrokerSettings":
        """
        Read these settings alone, without the worker's secrets.

        Raises:
            SettingsError: names every variable that is missing or wrong.
        """
        reader = Reader(environ)
        found = cls.read(reader)
        reader.finish()
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerSettings:
    """All that a worker reads from its environment."""

    broker: BrokerSettings
    reclaim_interval_seconds: int
    retry_schedule_seconds: tuple[float, ...]
    removal_memory_seconds: int
    keep: Limits
    cap: Rate
    campaign_cap: Rate
    in_flight_seconds: int
    max_event_age_seconds: int
    durability: Durability
    one_core: bool
    perks: PerksSettings
    crm: CrmSettings
    canary: CanarySettings | None
    reconcile: ReconcileSettings
    webhook_check: WebhookCheckSettings | None
    #: Own handlers that only report what they would do, or `all`.
    dry_run: tuple[str, ...]

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> "WorkerSettings":
        """
        Read and check everything.

        Raises:
            SettingsError: names every variable that is missing or wrong.
        """
        reader = Reader(environ)
        perks = PerksSettings.read(reader)
        found = cls(
            broker=BrokerSettings.read(reader),
            reclaim_interval_seconds=reader.read(work.RECLAIM_INTERVAL_SECONDS),
            retry_schedule_seconds=reader.read(work.RETRY_SCHEDULE_SECONDS),
            removal_memory_seconds=reader.read(work.REMOVAL_MEMORY_SECONDS),
            keep=Limits(
                failed_seconds=reader.read(work.FAILED_KEEP_SECONDS),
                removal_seconds=reader.read(work.REMOVAL_MEMORY_SECONDS),
                failed_most=reader.read(work.FAILED_KEEP_MOST),
                completed_most=MOST_MARKERS,
            ),
            in_flight_seconds=reader.read(work.IN_FLIGHT_SECONDS),
            max_event_age_seconds=reader.read(work.MAX_EVENT_AGE_SECONDS),
            durability=read_durability(reader),
            one_core=reader.read(common.ONE_CORE),
            cap=reader.read(work.REVOCATION_BRAKE, Rate.of),
            campaign_cap=reader.read(work.REVOCATION_BRAKE_CAMPAIGN, Rate.of),
            perks=perks,
            crm=CrmSettings.read(reader),
            canary=CanarySettings.read(reader),
            reconcile=ReconcileSettings.read(reader),
            webhook_check=WebhookCheckSettings.read(reader, perks.voucherify_project_id),
            dry_run=reader.read(work.HANDLERS_DRY_RUN),
        )
        # For that backend they are required anyway.
        if found.reconcile.interval_seconds and found.perks.backend != "voucherify":
            found.perks.require_keys(reader, "with RECONCILE_INTERVAL_SECONDS")
        for name, sentence in conflicts(found.kept):
            reader.problem(name, sentence)
        reader.finish()
        return found

    @property
    def kept(self) -> Kept:
        """Return what is kept for how long."""
        return Kept(
            window=self.broker.inbox.dedupe_window_seconds,
            memory=self.removal_memory_seconds,
            failed=self.keep.failed_seconds,
            age=self.max_event_age_seconds,
            waits=self.retry_schedule_seconds,
            own_handlers=bool(self.broker.handlers),
            marks=self.perks.backend == "voucherify" and self.perks.policies.mark_customer,
        )
