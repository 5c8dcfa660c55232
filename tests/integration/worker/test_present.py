from inbox.jobs import Jobs
from inbox.store.client import StoreClient
from tests.integration.worker.test_reaper import QUEUES, retention
from worker.periodic.reaper import Reaper


def test_every_worker_reports_that_it_lives_and_one_that_it_has_reaped(
    jobs: Jobs, store: StoreClient
) -> None:
    """Of two workers in one interval both report, and the pass counts once."""
    reports: list[tuple[str, bool]] = []
    for name in ("a", "b"):

        def present(reaped: bool, name: str = name) -> None:
            reports.append((name, reaped))

        Reaper(jobs, name, QUEUES, 3600, retention(store), present=present).step()

    assert reports == [("a", True), ("b", False)]
