import threading

from inbox.store.client import StoreClient
from tests.integration.worker.house import House


THREADS = 50


def test_many_threads_run_jobs_over_a_few_connections(house: House, store: StoreClient) -> None:
    """Fifty threads complete a hundred jobs, each message coming twice, and each acts once."""
    tasks = [house.handed_on(n=number) for number in range(100)]
    messages = tasks * 2
    errors: list[BaseException] = []
    start = threading.Barrier(THREADS)

    def work(number: int) -> None:
        start.wait()
        try:
            for task in messages[number::THREADS]:
                house.flow.run(task)
        except BaseException as error:  # noqa: BLE001 - a thread's error is to fail the test
            errors.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert errors == []
    assert sorted(job.id for _, job in house.given) == sorted(
        task.removesuffix(":1") for task in tasks
    )
    assert store.connection_pool.max_connections == 8
    assert house.desk.stats().counts["settled"] == 100
