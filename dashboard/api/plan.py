"""What a job would do: asked of a worker, which has the keys, and polled until it answers."""

from tornado.web import HTTPError

from dashboard.handlers import Api
from inbox.admin.views import as_plain
from inbox.ids import job_id_of


class AskPlanApi(Api):
    """POST {job}: ask a worker. Changes nothing, but its reads count as calls."""

    async def post(self) -> None:
        """Ask, once however often it is clicked."""
        job = _job(self.sent().get("job"))
        plans = self.access.decisions.plans
        answer = await self.access.ask(plans.ask, job)
        if answer not in {"asked", "known"}:
            raise HTTPError(409, f"The job is {answer}: there is nothing to decide.")
        self.json(as_plain(await self.access.ask(plans.get, job)), 202)


class PlanApi(Api):
    """GET: its progress; the state `unanswered` says that no worker answers."""

    async def get(self, job: str) -> None:
        """Answer as it is now."""
        self.json(as_plain(await self.access.ask(self.access.decisions.plans.get, _job(job))))


def _job(word: object) -> str:
    job = job_id_of(word) if isinstance(word, str) else None
    if job is None:
        raise HTTPError(400, "This is no id of a job or a task.")
    return job
