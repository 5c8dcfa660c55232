"""The tab's pages: drawn here whole, so that they can be read, linked and searched as they are."""

import json
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlencode

from tornado.escape import xhtml_escape
from tornado.web import HTTPError

from dashboard.api.jobs import effects_of, page_of
from dashboard.api.plain import effect
from dashboard.handlers import Guarded
from dashboard.nav import TEMPLATES, address
from inbox.admin.decisions import PAGE_SIZES
from inbox.admin.memory import in_bytes, outlook, warnings
from inbox.admin.selection import ACTIONS, SORTS
from inbox.errors import InboxUnavailableError
from inbox.ids import delivery_of, is_delivery_id, job_id_of
from inbox.model.time import moment
from inbox.privacy.redaction import redacted


#: A batch that has ended so long ago is no longer shown above the list.
RECENT_SECONDS: Final = 600

STATES: Final = {"failed": "Failed", "waiting": "Waiting", "held": "Held"}


class TabPage(Guarded):
    """A page of ours under Flower's bar."""

    async def show(self, template: str, **named: Any) -> None:
        """Render a page, or say on it why the store does not answer."""
        problem = named.pop("problem", None)
        if problem is not None:
            self.set_status(503)
            template = "unavailable.html"
        self.render(
            str(TEMPLATES / template),
            problem=problem,
            states=STATES,
            counts=self.access.last_counts,
            may_write=self.may_write,
            who=self.who,
            at=at,
            ago=ago,
            until=until,
            path=lambda path: address(self, path),
            **named,
        )


class ListPage(TabPage):
    """Failed, waiting or held jobs."""

    async def get(self) -> None:
        """Render one page of the list."""
        try:
            counts = await self.access.counts()
            wanted, paging, found = await page_of(self)
            newest = await self.access.ask(self.access.decisions.batches.newest, 5)
        except InboxUnavailableError as error:
            await self.show("list.html", problem=error.sentence)
            return

        def link(**changed: Any) -> str:
            words = wanted.words() | paging | {"page": "1"} | changed
            kept = {name: str(word) for name, word in words.items() if word not in {"", "1"}}
            return address(self, "/failed") + (f"?{urlencode(kept)}" if kept else "")

        await self.show(
            "list.html",
            kept=counts.kept_failed,
            memory=counts.memory,
            outlook=outlook(counts.memory),
            warnings=warnings(counts.memory),
            in_bytes=in_bytes,
            oldest=counts.oldest_failed,
            next_try=counts.next_try,
            found=found,
            wanted=wanted,
            words=json.dumps(wanted.words()),
            narrowed=set(wanted.words()) - {"state"},
            actions=ACTIONS[wanted.state] if self.may_write else (),
            sort=paging.get("sort", "oldest"),
            size=int(paging.get("size", "50")),
            sorts=SORTS,
            sizes=PAGE_SIZES,
            batches=[each for each in newest if _recent(each.ended)],
            link=link,
        )


class HistoryPage(TabPage):
    """Who did what."""

    async def get(self) -> None:
        """Render the newest entries of the record, and the newest batches."""
        try:
            await self.access.counts()
            entries = await self.access.ask(self.access.decisions.recent, 200)
            batches = await self.access.ask(self.access.decisions.batches.newest, 20)
        except InboxUnavailableError as error:
            await self.show("history.html", problem=error.sentence)
            return
        await self.show("history.html", entries=entries, batches=batches)


class JobPage(TabPage):
    """One job, or one delivery."""

    async def get(self, what: str) -> None:
        """Render what is known of a job, by its own id, a task's or its delivery's."""
        job = job_id_of(what)
        delivery = delivery_of(job) if job else what
        if not is_delivery_id(delivery):
            raise HTTPError(404, "This is no id of a delivery, a job or a task.")
        queries = self.access.queries
        try:
            await self.access.counts()
            found = await self.access.ask(queries.delivery, delivery)
            if found is None:
                raise HTTPError(404, "The inbox knows no such delivery; it may be forgotten.")
            effects = await effects_of(self, found)
            body = await self.access.ask(queries.body, delivery) if self.shows_bodies else None
        except InboxUnavailableError as error:
            await self.show("job.html", problem=error.sentence)
            return
        mine = next((each for each in found.jobs if each.job == job), None)
        tasks = self.application.events.state.tasks
        await self.show(
            "job.html",
            job=job,
            mine=mine,
            end=found.ended.get(job[33:]) if job else None,
            delivery=found,
            effects=[effect(each) for each in effects],
            body=json.dumps(json.loads(redacted(body)), indent=2) if body else None,
            shows_bodies=self.shows_bodies,
            actions=ACTIONS.get(mine.state, ()) if mine and self.may_write else (),
            remembered=lambda task: task in tasks,
        )


def at(time: datetime | int | None) -> str:
    """Write a time as HTML; a number is ms."""
    if time is None:
        return '<span class="value-missing">—</span>'
    known = moment(time) if isinstance(time, int) else time
    text = known.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
    return f'<time datetime="{xhtml_escape(known.isoformat())}">{text}</time>'


def until(time: datetime | None) -> str:
    """Write in how long something is, or that its time has come."""
    return "due" if time is not None and time <= datetime.now(UTC) else ago(time)


def ago(time: datetime | None) -> str:
    """Write how long ago, or in how long, something is."""
    if time is None:
        return "—"
    seconds = (datetime.now(UTC) - time).total_seconds()
    number, unit = abs(seconds), "s"
    for size, name in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if number >= 2 * size:
            number, unit = number / size, name
            break
    return f"in {number:.0f} {unit}" if seconds < 0 else f"{number:.0f} {unit} ago"


def _recent(ended: datetime | None) -> bool:
    return ended is None or (datetime.now(UTC) - ended).total_seconds() < RECENT_SECONDS
