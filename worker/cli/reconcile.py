"""`python -m worker reconcile`: finds removals without a webhook, and delivers them on request."""

import random
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import time
from typing import Any, Final

import click

from inbox.errors import InboxUnavailableError
from inbox.ids import delivery_id
from inbox.model.assignment import Missing, RunLostError
from inbox.plans import PlanPreview, Request
from inbox.store.client import StoreClient
from schemas import read_timestamp
from settings.reader import Reader
from telemetry.logs import configure_logs
from worker.cli.report import Report
from worker.cli.tools import Tools
from worker.errors import JobError
from worker.handlers import load_handlers
from worker.reconcile.outcomes import UNKNOWN_CAMPAIGN
from worker.reconcile.progress import Progress, Scope
from worker.reconcile.runner import BusyError, HaltedError, Runner
from worker.run.plan import PlanMaker
from worker.run.stopping import Stopping
from worker.settings.worker import WorkerSettings
from worker.voucherify.own import ACCOUNT_REASONS


#: Days of a customer's activity that are checked by default.
DAYS: Final = 7

#: Removals for which a plan is shown: each takes some ten calls.
PLANS: Final = 20

_ACCOUNT_ADVICE: Final = (
    " (are VOUCHERIFY_APP_ID and VOUCHERIFY_APP_TOKEN of this project, VOUCHERIFY_API_URL of its "
    "region, and may the key read campaigns, vouchers and customers?)"
)

_HANDLER: Final = "revoke_referral_perks"


@click.command()
@click.option("--apply", is_flag=True, help="Make a delivery of each removal that is found.")
@click.option("--campaign", "campaigns", multiple=True, help="Only these (camp_…).")
@click.option("--customer", "customers", multiple=True, help="Check their activity instead.")
@click.option(
    "--customers", "file", type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="The same for the ids in a file, one a line.",
)  # fmt: skip
@click.option("--since", help=f"ISO 8601 time from which activity counts [default: {DAYS} days].")
@click.option(
    "--plans", default=PLANS, show_default=True, type=click.IntRange(0),
    help="For how many to show what would be taken back.",
)  # fmt: skip
@click.option("--json", "plain", is_flag=True, help="Print JSON instead of a table.")
@click.pass_obj
def reconcile(
    tools: Tools,
    *,
    apply: bool,
    campaigns: tuple[str, ...],
    customers: tuple[str, ...],
    file: Path | None,
    since: str | None,
    plans: int,
    plain: bool,
) -> None:
    """
    Find removed assignments without a webhook.

    Without --apply they are shown, with what would be taken back, and kept for a later run with
    --apply. A run that was cut off is continued.
    """
    settings = tools.settings
    _require_keys(settings)
    # The result goes to standard output, logs go to standard error.
    configure_logs(settings.broker.telemetry, process="command", stream=sys.stderr)
    names = (*customers, *_lines(file))
    if file is not None and not names:
        # Without a name it would be all customers.
        raise click.UsageError("--customers names no customer")
    scope = Scope(
        campaigns=tuple(sorted(campaigns)) or settings.reconcile.campaigns,
        customers=tuple(dict.fromkeys(names)),
        since=_since(since, settings) if names else "",
    )
    if since and not names:
        raise click.UsageError("--since goes with --customer or --customers")
    store = tools.connect()
    report = Report(plain=plain, of="customers" if scope.customers else "codes")
    with _halting() as halt:
        runner = Runner(settings, store, halt, of_customers=bool(scope.customers))
        progress = _run(runner, scope, report, apply=apply)
        left = list(runner.registry.missing())
        drafts = dict(_drafts(tools, store, runner, left[:plans]))
    report.end(progress, left, drafts, apply=apply)
    if progress.counts.get(UNKNOWN_CAMPAIGN):
        # All else was done, and the operator who named it must know.
        sys.exit(1)


def _run(runner: Runner, scope: Scope, report: Report, *, apply: bool) -> Progress:
    try:
        return runner.run(scope, apply=apply, report=report.step)
    except BusyError as error:
        raise click.ClickException(
            f"not done: {error} reconciles now, or was killed less than a minute ago"
        ) from error
    except HaltedError:
        report.stop()
        sys.exit("stopped; the next run continues from here")
    except RunLostError as error:
        raise click.ClickException(f"not done: {error}") from error
    except (JobError, InboxUnavailableError) as error:
        advice = _ACCOUNT_ADVICE if error.reason in ACCOUNT_REASONS else ""
        raise click.ClickException(
            f"not complete: {error}{advice}; run it again to continue"
        ) from error


def _drafts(
    tools: Tools, store: StoreClient, runner: Runner, found: list[Missing]
) -> Iterator[tuple[str, PlanPreview]]:
    if not found:
        return
    services = tools.services(store)
    planning = PlanMaker(
        table=load_handlers(), services=services, chance=random.random, stopping=Stopping()
    )
    for each, body in runner.bodies(found):
        job = f"{delivery_id(body)}:{_HANDLER}"
        request = Request(job=job, number="0", now_ms=int(time() * 1000), body=body)
        yield each.assignment.holder, planning.make(request)
    services.perks.close()
    services.crm.close()


def _require_keys(settings: WorkerSettings) -> None:
    reader = Reader({})
    settings.perks.require_keys(reader, "to reconcile")
    reader.finish()


def _lines(file: Path | None) -> Iterator[str]:
    if file is None:
        return
    try:
        lines = file.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise click.UsageError(f"--customers cannot be read: {type(error).__name__}") from error
    yield from (line.strip() for line in lines if line.strip())


def _since(text: str | None, settings: WorkerSettings) -> str:
    now = datetime.now(UTC)
    since = read_timestamp(text) if text else now - timedelta(days=DAYS)
    if since is None:
        raise click.UsageError("--since must be an ISO 8601 time, such as 2026-11-01")
    if now - since > timedelta(seconds=settings.removal_memory_seconds):
        raise click.UsageError(
            "--since is longer ago than REMOVAL_MEMORY_SECONDS: whether earlier removals were "
            "handled is not known"
        )
    # By the day, so that a run that was cut off is continued by the same command.
    return since.isoformat() if text else f"{since.date()}T00:00:00+00:00"


@contextmanager
def _halting() -> Iterator[Any]:
    """End a run between two calls on Ctrl-C or SIGTERM, so that its lock is released."""
    stop = threading.Event()
    before = {
        number: signal.signal(number, lambda *_: stop.set())
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield lambda seconds: stop.wait(seconds) if seconds else stop.is_set()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
