import sys
from collections.abc import Iterator
from pathlib import Path
from typing import get_type_hints

import pytest

from inbox.keys import DELIVERIES_QUEUE
from inbox.message import TASK_PREFIX
from schemas import event_class
from worker import handlers
from worker.app import create_celery
from worker.handlers import HandlerTable, handles, load_handlers, registry
from worker.runtime import runtime_of


DELETED = "customer.holder.assignment.deleted"
NEW_FILE = '''
from worker.handlers.registry import handles


@handles("customer.holder.assignment.deleted", queue="letters")
def send_a_letter(event, services, job):
    """Send a letter."""
    return "sent"
'''


@pytest.fixture(autouse=True)
def own_registry(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let each test register what it wants."""
    load_handlers()
    monkeypatch.setattr(registry, "_registered", dict(registry._registered))
    yield
    for name in ("send_a_letter", "send_it_too"):
        sys.modules.pop(f"worker.handlers.{name}", None)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder whose files are handlers too."""
    monkeypatch.setattr(handlers, "__path__", [*handlers.__path__, str(tmp_path)])
    return tmp_path


def test_a_new_file_is_a_handler(folder: Path) -> None:
    """A file put beside the handlers is found, subscribed and given its queue and task."""
    (folder / "send_a_letter.py").write_text(NEW_FILE)

    app = create_celery({})

    table: HandlerTable = runtime_of(app).table
    assert [each.name for each in table.for_event(DELETED)] == [
        "notify_crm",
        "revoke_referral_perks",
        "send_a_letter",
    ]
    assert "letters" in {queue.name for queue in app.conf.task_queues}
    assert "perkhook.send_a_letter" in app.tasks


def test_two_files_with_a_handler_of_one_name_are_refused(folder: Path) -> None:
    """A name is a job's name, so it cannot belong to two handlers."""
    (folder / "send_a_letter.py").write_text(NEW_FILE)
    (folder / "send_it_too.py").write_text(NEW_FILE)

    with pytest.raises(ValueError, match="two handlers are called send_a_letter"):
        load_handlers()


@pytest.mark.parametrize(
    "name", ["process", "_private", "notifyCRM", "1st", "straße", "a-b", "a:b"]
)
def test_a_name_that_cannot_be_a_jobs_is_refused(name: str) -> None:
    """A handler whose jobs would be mistaken for others, or not claimed, is not registered."""

    def run(_event: object, _services: object, _job: object) -> str:
        return "never"

    run.__name__ = name

    with pytest.raises(ValueError, match="a handler cannot be called"):
        handles(DELETED, queue="q")(run)


def test_loading_twice_is_the_same_table() -> None:
    """A second load, as another application in one process makes it, changes nothing."""
    assert load_handlers().by_name == load_handlers().by_name


def test_every_handlers_queue_is_declared_and_every_job_has_a_task() -> None:
    """The worker listens on each handler's queue, and Celery knows a task for each job."""
    app = create_celery({})
    table: HandlerTable = runtime_of(app).table

    assert {queue.name for queue in app.conf.task_queues} == {DELIVERIES_QUEUE, *table.queues}
    assert {name for name in app.tasks if name.startswith(TASK_PREFIX)} == {
        TASK_PREFIX + name for name in ("process", *table.by_name)
    }


def test_names_on_the_wire_are_these() -> None:
    """Jobs that wait while a new version is deployed are found under the same names."""
    table = load_handlers()

    assert {name: each.queue for name, each in table.by_name.items()} == {
        "erase_customer": "erasure",
        "note_canary": "canary",
        "notify_crm": "crm",
        "remember_assignment": "assignments",
        "revoke_referral_perks": "perks",
    }
    assert TASK_PREFIX == "perkhook."
    assert DELIVERIES_QUEUE == "deliveries"


def test_a_handler_takes_the_class_of_the_events_it_names() -> None:
    """What a handler is given is what its signature says: the catalogue's class for each type."""
    for handler in load_handlers().by_name.values():
        taken = next(iter(get_type_hints(handler.run).values()))

        assert {event_class(each) for each in handler.event_types} == {taken}, handler.name


def test_an_event_type_is_matched_whole() -> None:
    """A handler gets the types it named and none that merely begin the same."""
    table = load_handlers()

    assert table.for_event(DELETED + ".x") == ()
    assert table.for_event("") == ()


def test_what_the_whole_system_rests_on_is_set_in_celery() -> None:
    """Late acknowledgement, one message ahead, JSON only, no results, threads."""
    conf = create_celery({"JOB_LEASE_SECONDS": "40"}).conf

    assert conf.task_acks_late is True
    assert conf.worker_prefetch_multiplier == 1
    assert list(conf.accept_content) == ["json"]
    assert conf.task_ignore_result is True
    assert conf.worker_pool == "threads"
    assert conf.broker_transport_options["visibility_timeout"] == 86_400
