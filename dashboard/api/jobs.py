"""The tab's JSON API. Every POST is a decision of a named operator, and is recorded."""

from typing import Any, Final

from flower.utils.tasks import search_tasks
from tornado.web import HTTPError

from dashboard.api import plain
from dashboard.handlers import Api
from inbox.admin.batches import MOST_JOBS
from inbox.admin.decisions import Page, Preview
from inbox.admin.job_views import DeliveryView
from inbox.admin.selection import Filter
from inbox.admin.views import as_plain
from inbox.ids import delivery_of, is_delivery_id, job_id_of
from inbox.model.effect import Effect


#: The page of a list that is asked for, beside its filter.
PAGING: Final = ("sort", "page", "size")

LONGEST_WORDS: Final = 500


class CountsApi(Api):
    """GET: how many have failed, wait and are held."""

    async def get(self) -> None:
        """Answer from at most two seconds ago."""
        found = as_plain(await self.access.counts())
        self.json({name: found[name] for name in ("failed", "waiting", "held", "oldest_failed")})


class MeApi(Api):
    """GET: who asks, and whether buttons are to be shown."""

    async def get(self) -> None:
        """Answer without asking the store."""
        self.json({"who": self.who, "may_write": self.may_write})


class JobsApi(Api):
    """GET: one page of jobs with its groups, by filter, order and page."""

    async def get(self) -> None:
        """Answer a page."""
        _, _, found = await page_of(self)
        self.json(plain.page(found))


class JobApi(Api):
    """GET: one job with its tries, its delivery and the effects made for it."""

    async def get(self, what: str) -> None:
        """Take a job, task or delivery id."""
        job = job_id_of(what)
        delivery = delivery_of(job) if job else what
        queries = self.access.queries
        found = (
            await self.access.ask(queries.delivery, delivery) if is_delivery_id(delivery) else None
        )
        if found is None:
            raise HTTPError(404, "The inbox knows no such delivery or job.")
        mine = next((each for each in found.jobs if each.job == job), None)
        effects = await effects_of(self, found)
        self.json(
            {
                "job": as_plain(mine) if mine else None,
                "task": f"{mine.job}:{mine.dispatches}" if mine else None,
                "delivery": as_plain(found),
                "effects": [plain.effect(each) for each in effects],
                "may_write": self.may_write,
            }
        )


class PreviewApi(Api):
    """POST {action, filter | tasks | search, limit}: what it would do. Changes nothing."""

    async def post(self) -> None:
        """Count."""
        self.json(plain.preview(await preview(self, self.sent())))


class DecideApi(Api):
    """POST the same and `why`: begins a batch, which continues even if this Flower ends."""

    async def post(self) -> None:
        """Begin."""
        sent = self.sent()
        why = sent.pop("why", "")
        if not isinstance(why, str) or len(why) > LONGEST_WORDS:
            raise HTTPError(400, f"The reason must be at most {LONGEST_WORDS} characters.")
        if sent.get("action") == "discard" and not why.strip():
            raise HTTPError(400, "Say why these jobs are discarded.")
        found = await preview(self, sent)
        if not found.tasks:
            raise HTTPError(409, "None of these jobs is in that state any more.")
        decisions = self.access.decisions
        batch = await self.access.ask(
            decisions.batches.start,
            found.action,
            found.tasks,
            who=self.who,
            why=why.strip(),
            what=found.words,
        )
        self.access.more_to_carry()
        self.json({"batch": batch, "jobs": len(found.tasks)}, 202)


class BatchApi(Api):
    """GET: the progress of a batch, and the states of its first thousand jobs."""

    async def get(self, batch: str) -> None:
        """Answer as it is now."""
        batches = self.access.decisions.batches
        found = await self.access.ask(batches.get, batch)
        if found is None:
            raise HTTPError(404, "There is no such batch.")
        became = await self.access.ask(batches.became, batch)
        self.json(as_plain(found) | {"became": became})


class StopApi(Api):
    """POST: leave alone the jobs that a batch has not decided yet."""

    async def post(self, batch: str) -> None:
        """Stop."""
        batches = self.access.decisions.batches
        if await self.access.ask(batches.get, batch) is None:
            raise HTTPError(404, "There is no such batch.")
        await self.access.ask(batches.stop, batch)
        self.json({"stopped": batch})


class RecordApi(Api):
    """GET: who did what, when, to how many, with what result; and the newest batches."""

    async def get(self) -> None:
        """Answer the newest."""
        entries = await self.access.ask(self.access.decisions.recent, 200)
        batches = await self.access.ask(self.access.decisions.batches.newest, 20)
        self.json(
            {
                "record": [as_plain(each) for each in entries],
                "batches": [as_plain(each) for each in batches],
            }
        )


async def effects_of(handler: Any, delivery: DeliveryView) -> list[Effect]:
    """Return the effects that the ledger has for the assignment that a delivery is about."""
    holder = delivery.facts.get("holder")
    if not holder:
        return []
    found: list[Effect] = await handler.access.ask(
        lambda: list(handler.access.effects.of(holder=holder))
    )
    return found


async def page_of(handler: Any) -> tuple[Filter, dict[str, str], Page]:
    """
    Read filter, order and page from the address, and make that page.

    Raises:
        HTTPError: says what is wrong with them.
    """
    query = {name: handler.get_query_argument(name) for name in handler.request.query_arguments}
    paging = {name: query.pop(name) for name in PAGING if query.get(name)}
    try:
        wanted = Filter.from_words(
            {name: word for name, word in query.items() if name not in PAGING}
        )
        named = {name: int(paging[name]) for name in ("page", "size") if name in paging}
        sort = paging.get("sort", "oldest")
        page = handler.access.decisions.page
        return wanted, paging, await handler.access.ask(page, wanted, sort=sort, **named)
    except ValueError as error:
        raise HTTPError(400, _sentence(error)) from error


async def preview(handler: Api, sent: dict[str, Any]) -> Preview:
    """
    Read what was chosen, and count.

    Raises:
        HTTPError: says what is wrong with the choice.
    """
    if unknown := sorted(set(sent) - {"action", "filter", "tasks", "search", "limit"}):
        raise HTTPError(400, f"There is no {unknown[0][:40]}.")
    action, limit, tasks = sent.get("action"), sent.get("limit"), sent.get("tasks", [])
    if action not in plain.WOULD:
        raise HTTPError(400, "The action must be retry, discard or release.")
    if limit is not None and (type(limit) is not int or limit < 1):
        raise HTTPError(400, "The limit must be a whole number from 1.")
    if "search" in sent:
        tasks = _found_by_flower(handler, sent["search"])
    if not isinstance(tasks, list) or not all(isinstance(each, str) for each in tasks):
        raise HTTPError(400, "Tasks must be a list of ids.")
    try:
        wanted = Filter.from_words(sent["filter"]) if "filter" in sent else None
        return await handler.access.ask(
            handler.access.decisions.preview,
            action,
            wanted=wanted,
            tasks=tasks or (["-"] if wanted is None else []),
            limit=limit,
        )
    except (ValueError, TypeError, AttributeError) as error:
        raise HTTPError(400, _sentence(error)) from error


def _found_by_flower(handler: Api, words: object) -> list[str]:
    """Return the failed tasks that Flower's own search finds in its memory."""
    if not isinstance(words, str) or len(words) > LONGEST_WORDS:
        raise HTTPError(400, "The search must be a few words.")
    try:
        found = search_tasks(
            handler.application.events, search=words, state="FAILURE", limit=MOST_JOBS
        )
    except ValueError as error:
        raise HTTPError(400, _sentence(error)) from error
    return [str(task) for task in found.task_ids]


def _sentence(error: Exception) -> str:
    text = str(error)
    return f"{text[:1].upper()}{text[1:200]}."
