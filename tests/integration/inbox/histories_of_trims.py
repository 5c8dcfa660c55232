"""Random histories, continued: what fails at once, and what is dropped because it is too much."""

from hypothesis import strategies as st
from hypothesis.stateful import rule

from inbox.ids import delivery_id, delivery_of
from tests.engine import KEYS
from tests.integration.inbox.histories import Working, task_of
from tests.integration.inbox.house import QUEUES
from tests.integration.inbox.keeping import DAY, failed_ago, noticed
from tests.integration.inbox.model import BODIES, CUSTOMERS


class Trimming(Working):
    """Adds the drops to a history."""

    @rule(body=st.sampled_from(sorted(BODIES)))
    def poison(self, body: bytes) -> None:
        """A body that no one can read fails at its first run."""
        self.accept(body)
        job = f"{delivery_id(body)}:process"
        if self.model.states.get(job) == "queued":
            self.remember(job, self.house.dispatches(job))
            self._claim(job)
            assert self.house.jobs.fail(self.claims[-1], "not_json", "an error")
            self.model.states[job] = "failed"
            if CUSTOMERS[delivery_id(body)] in self.model.forgotten:
                self.model.erased.add(delivery_id(body))

    @rule(failed_most=st.integers(1, 3), completed_most=st.integers(1, 3), long_after=st.booleans())
    def trim(self, failed_most: int, completed_most: int, long_after: bool) -> None:
        """
        A trim drops failed jobs and markers beyond the bounds, and nothing with pending jobs.

        A worker that froze may still wake up with a lease of a life whose marker went early.
        """
        store, model = self.house.store, self.model
        failed = [job.decode() for job in store.zrange(KEYS.failed, 0, -1)]
        too_many = failed if long_after else failed[: max(len(failed) - failed_most, 0)]
        for job in failed:
            failed_ago(store, job, DAY + 1 if long_after else 0)
        self.house.tick()

        trimming = noticed(store, failed_most=failed_most, completed_most=completed_most)
        batches = list(trimming.trim())

        assert [each.job for batch in batches for each in batch.dropped] == too_many
        for job in too_many:
            model.end(job)
        markers = {delivery for delivery in model.ended if not model.live(delivery)}
        left = {each for each in model.ended if self.house.is_known(each)}
        gone = model.ended.keys() - left
        assert gone <= markers
        assert len(gone) == sum(batch.markers for batch in batches)
        assert len(markers - gone) <= completed_most
        assert store.xlen(KEYS.completed) <= completed_most
        for delivery in gone:
            self.forget(delivery)

    def forget(self, delivery: str) -> None:
        """Nothing is known of a delivery any more, nor do messages of it come."""
        self._forget_messages(delivery)
        del self.model.ended[delivery]
        self.model.erased.discard(delivery)
        for job in [job for job in self.model.fences if delivery_of(job) == delivery]:
            del self.model.fences[job]

    def _forget_messages(self, delivery: str) -> None:
        for queue in QUEUES:
            for raw in self.house.store.lrange(KEYS.celery + queue, 0, -1):
                if delivery_of(task_of(raw)) == delivery:
                    self.house.store.lrem(KEYS.celery + queue, 0, raw)
        self.taken = [(queue, raw) for queue, raw in self.taken
                      if delivery_of(task_of(raw)) != delivery]  # fmt: skip

    def remember(self, job: str, number: int) -> None:
        """A message of this job was written, and may come at any time."""
        if (task := f"{job}:{number}") not in self.tasks:
            self.tasks.append(task)
