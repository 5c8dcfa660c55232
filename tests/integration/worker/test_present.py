from redis import Redis

from inbox.jobs import Jobs
from tests.integration.worker.test_sweeper import QUEUES, trimming
from worker.periodic.reaper import Reaper


def test_every_worker_tells_that_it_lives_and_one_that_it_has_swept(
    jobs: Jobs, store: Redis
) -> None:
    """Of two workers in one interval both tell, and the sweep counts as done once."""
    told: list[tuple[str, bool]] = []
    for name in ("a", "b"):

        def present(swept: bool, name: str = name) -> None:
            told.append((name, swept))

        Reaper(jobs, name, QUEUES, 3600, trimming(store), present=present).step()

    assert told == [("a", True), ("b", False)]
