"""Puts the tab into Flower, by what Flower and tornado leave open; no file of theirs is changed."""

import logging
import sys
from collections.abc import Mapping
from functools import partial
from typing import Any, Final

import flower
from flower import urls
from tornado.options import options
from tornado.web import StaticFileHandler, url

from dashboard.login import refuse_open_doors
from dashboard.nav import STATIC, Nav
from dashboard.settings import DashboardSettings
from settings.reader import SettingsError


log: Final = logging.getLogger(__name__)

#: Releases of Flower whose pages and private names this was tested with.
TESTED: Final = "2.2."


def install(environ: Mapping[str, str]) -> None:
    """End Flower if it would stand open; else add the tab, or one that says why it is not there."""
    try:
        settings = DashboardSettings.from_environ(environ)
    except SettingsError as error:
        sys.exit(str(error))
    # Flower has taken these as they stand, blanks, brackets and a file's newline with them. What
    # the command line says is read by Flower once more after this.
    if options.address == environ.get("FLOWER_ADDRESS"):
        options.address = settings.address
    options.max_tasks = max(1, settings.max_tasks // len(settings.brands))
    refuse_open_doors()
    if settings.logins:
        options.basic_auth = list(settings.logins)
    version = str(flower.__version__)
    if version.startswith(TESTED):
        _add_tab(settings)
        return
    log.warning("perkhook was not tested with Flower %s: no Failed tab, no other brand", version)
    try:
        _add_notice(version)
    except Exception:
        # Whatever has become of Flower's inside: Flower itself starts.
        log.exception("perkhook could not add a notice to Flower %s", version)


def _add_tab(settings: DashboardSettings) -> None:
    # Not before the version is known: these rest on Flower's private names.
    import flower.app  # noqa: PLC0415
    import flower.command  # noqa: PLC0415
    import flower.events  # noqa: PLC0415
    from flower.inspector import Inspector  # noqa: PLC0415

    from dashboard import pages  # noqa: PLC0415
    from dashboard.api import jobs, plan  # noqa: PLC0415
    from dashboard.brands import Brands  # noqa: PLC0415
    from dashboard.broker import ask_by_inbox  # noqa: PLC0415
    from dashboard.listening import Listening  # noqa: PLC0415
    from dashboard.metrics import Metrics, OwnMetrics  # noqa: PLC0415

    flower.command.Flower = partial(Brands, perkhook=settings)
    flower.app.Events = Listening
    flower.events.get_prometheus_metrics = OwnMetrics
    # Each question to the workers waits for their answers on a connection of its own.
    connections = settings.brands[0].inbox.connections
    Inspector.max_concurrency = max(1, connections // 2 // len(settings.brands))
    ask_by_inbox()
    _add(
        url(r"/failed", pages.ListPage, name="failed"),
        url(r"/failed/history", pages.HistoryPage, name="failed_history"),
        url(r"/failed/job/([^/]+)", pages.JobPage, name="failed_job"),
        url(r"/failed/api/me", jobs.MeApi),
        url(r"/failed/api/counts", jobs.CountsApi),
        url(r"/failed/api/jobs", jobs.JobsApi),
        url(r"/failed/api/job/([^/]+)", jobs.JobApi),
        url(r"/failed/api/preview", jobs.PreviewApi),
        url(r"/failed/api/decide", jobs.DecideApi),
        url(r"/failed/api/batch/([^/]+)", jobs.BatchApi),
        url(r"/failed/api/batch/([^/]+)/stop", jobs.StopApi),
        url(r"/failed/api/plan", plan.AskPlanApi),
        url(r"/failed/api/plan/([^/]+)", plan.PlanApi),
        url(r"/failed/api/record", jobs.RecordApi),
        url(r"/metrics", Metrics),
    )


def _add_notice(version: str) -> None:
    from dashboard.notice import Notice  # noqa: PLC0415

    _add(url(r"/failed", Notice, {"version": version}, name="failed"))


def _add(*handlers: Any) -> None:
    files = url(r"/failed/static/(.*)", StaticFileHandler, {"path": str(STATIC)})
    # In place, and in front of Flower's last handler, which takes every address.
    urls.handlers[:0] = [*handlers, files]
    urls.settings["ui_modules"] = {"Template": Nav}
