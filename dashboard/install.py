"""Puts the tab into Flower, by what Flower and tornado leave open; no file of theirs is changed."""

import logging
import sys
from collections.abc import Mapping
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
    options.max_tasks = settings.max_tasks
    refuse_open_doors()
    if settings.logins:
        options.basic_auth = list(settings.logins)
    version = str(flower.__version__)
    if version.startswith(TESTED):
        _add_tab(settings)
        return
    log.warning("perkhook was not tested with Flower %s: no Failed tab", version)
    try:
        _add_notice(version)
    except Exception:
        # Whatever has become of Flower's inside: Flower itself starts.
        log.exception("perkhook could not add a notice to Flower %s", version)


def _add_tab(settings: DashboardSettings) -> None:
    # Not before the version is known: these rest on Flower's private names.
    import flower.app  # noqa: PLC0415
    from flower.inspector import Inspector  # noqa: PLC0415

    from dashboard import pages  # noqa: PLC0415
    from dashboard.access import AdminAccess  # noqa: PLC0415
    from dashboard.api import jobs, plan  # noqa: PLC0415
    from dashboard.broker import ask_by  # noqa: PLC0415
    from dashboard.listening import Listening  # noqa: PLC0415

    flower.app.Events = Listening
    # Each question to the workers waits for their answers on a connection of its own.
    Inspector.max_concurrency = max(1, settings.inbox.connections // 2)
    access = AdminAccess(
        settings.inbox.store,
        connections=settings.inbox.connections,
        dedupe_window_seconds=settings.inbox.dedupe_window_seconds,
        may_see_bodies=settings.may_see_bodies,
    )
    ask_by(access)
    ours = {"access": access}
    _add(
        url(r"/failed", pages.ListPage, ours, name="failed"),
        url(r"/failed/history", pages.HistoryPage, ours, name="failed_history"),
        url(r"/failed/job/([^/]+)", pages.JobPage, ours, name="failed_job"),
        url(r"/failed/api/me", jobs.MeApi, ours),
        url(r"/failed/api/counts", jobs.CountsApi, ours),
        url(r"/failed/api/jobs", jobs.JobsApi, ours),
        url(r"/failed/api/job/([^/]+)", jobs.JobApi, ours),
        url(r"/failed/api/preview", jobs.PreviewApi, ours),
        url(r"/failed/api/decide", jobs.DecideApi, ours),
        url(r"/failed/api/batch/([^/]+)", jobs.BatchApi, ours),
        url(r"/failed/api/batch/([^/]+)/stop", jobs.StopApi, ours),
        url(r"/failed/api/plan", plan.AskPlanApi, ours),
        url(r"/failed/api/plan/([^/]+)", plan.PlanApi, ours),
        url(r"/failed/api/record", jobs.RecordApi, ours),
    )
    Nav.access = access
    if not options.read_only:
        access.carry_out_batches()


def _add_notice(version: str) -> None:
    from dashboard.notice import Notice  # noqa: PLC0415

    _add(url(r"/failed", Notice, {"version": version}, name="failed"))


def _add(*handlers: Any) -> None:
    files = url(r"/failed/static/(.*)", StaticFileHandler, {"path": str(STATIC)})
    # In place, and in front of Flower's last handler, which takes every address.
    urls.handlers[:0] = [*handlers, files]
    urls.settings["ui_modules"] = {"Template": Nav}
