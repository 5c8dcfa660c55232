from collections.abc import Mapping
from dataclasses import dataclass

from inbox.durability import Durability
from inbox.keeper import Limits
from inbox.rate import Rate, rate
from inbox.settings import InboxSettings, read_durability
from settings import Reader
from settings.parsers import on_or_off, seconds_list, whole_number
from telemetry.settings import TelemetrySettings
from worker.canary import CanarySettings
from worker.crm import CrmSettings
from worker.handler_names import handler_names, module_names
from worker.perks import PerksSettings
from worker.reconcile.settings import ReconcileSettings
from worker.webhook_watch import WebhookWatchSettings


#: Waits of 10 s, 30 s, 1, 2, 5, 10, 20, 40 min, 1, 2, 3, 4, 6 and 6 h: 14 tries again in 23 h.
DEFAULT_SCHEDULE = "10,30,60,120,300,600,1200,2400,3600,7200,10800,14400,21600,21600"


def read_modules(reader: Reader) -> tuple[str, ...]:
    """Read which modules hold a shop's own handlers."""
    return reader.read("HANDLERS", module_names, ",")


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerSettings:
    """What Celery needs, in workers and in Flower."""

    inbox: InboxSettings
    telemetry: TelemetrySettings
    lease_seconds: int
    concurrency: int
    #: A shop's modules with handlers of its own.
    handlers: tuple[str, ...]

    @classmethod
    def read(cls, reader: Reader) -> "BrokerSettings":
        """Read these settings as part of the worker's."""
        return cls(
            inbox=InboxSettings.read(reader),
            telemetry=TelemetrySettings.read(reader),
            # Under 20 s no call with its time limits would fit into a lease.
            lease_seconds=reader.read("JOB_LEASE_SECONDS", whole_number(20, 86_400), "300"),
            concurrency=reader.read("WORKER_CONCURRENCY", whole_number(1, 500), "50"),
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
    """All that a worker takes from its environment."""

    broker: BrokerSettings
    reclaim_interval_seconds: int
    retry_schedule_seconds: tuple[float, ...]
    removal_memory_seconds: int
    keep: Limits
    brake: Rate
    brake_campaign: Rate
    in_flight_seconds: int
    max_event_age_seconds: int
    durability: Durability
    one_core: bool
    perks: PerksSettings
    crm: CrmSettings
    canary: CanarySettings | None
    reconcile: ReconcileSettings
    webhook_watch: WebhookWatchSettings | None
    #: Own handlers that do nothing but tell what they would do, or `all`.
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
            reclaim_interval_seconds=reader.read(
                "RECLAIM_INTERVAL_SECONDS", whole_number(1, 3600), "10"
            ),
            retry_schedule_seconds=reader.read(
                "RETRY_SCHEDULE_SECONDS", seconds_list, DEFAULT_SCHEDULE
            ),
            # Voucherify keeps sendouts for half a year and lets people send them again.
            removal_memory_seconds=reader.read(
                "REMOVAL_MEMORY_SECONDS", whole_number(3600, 315_360_000), "16416000"
            ),
            keep=Limits(
                failed_seconds=reader.read(
                    "FAILED_KEEP_SECONDS", whole_number(3600, 315_360_000), "7776000"
                ),
                failed_most=reader.read("FAILED_KEEP_MOST", whole_number(1, 100_000_000), "100000"),
                settled_most=reader.read(
                    "MARKERS_KEEP_MOST", whole_number(1000, 100_000_000), "1000000"
                ),
            ),
            # Above the time limits of a call, whose answer may still come until then.
            in_flight_seconds=reader.read("IN_FLIGHT_SECONDS", whole_number(20, 3600), "300"),
            # Voucherify sends a failed webhook again for 24 h.
            max_event_age_seconds=reader.read(
                "MAX_EVENT_AGE_SECONDS", whole_number(0, 315_360_000), "172800"
            ),
            durability=read_durability(reader),
            one_core=reader.read("ONE_CORE", on_or_off, "on"),
            brake=reader.read("REVOCATION_BRAKE", rate, "1000/hour"),
            brake_campaign=reader.read("REVOCATION_BRAKE_CAMPAIGN", rate, "200/hour"),
            perks=perks,
            crm=CrmSettings.read(reader),
            canary=CanarySettings.read(reader),
            reconcile=ReconcileSettings.read(reader),
            webhook_watch=WebhookWatchSettings.read(reader, perks.voucherify_project_id),
            dry_run=reader.read("HANDLERS_DRY_RUN", handler_names, ","),
        )
        # For that backend they are required anyway.
        if found.reconcile.interval_seconds and found.perks.backend != "voucherify":
            found.perks.require_keys(reader, "with RECONCILE_INTERVAL_SECONDS")
        # None: it is set and wrong, which is told already.
        keep: int | None = found.keep.failed_seconds
        memory: int | None = found.removal_memory_seconds
        if keep is not None and memory is not None and keep > memory:
            reader.problem(
                "FAILED_KEEP_SECONDS",
                "must not be longer than REMOVAL_MEMORY_SECONDS: a retry is safe while the job's "
                "effects are known",
            )
        reader.finish()
        return found
