import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from settings.identifiers import handler_names, module_names
from settings.reader import SettingsError
from worker.app import create_celery
from worker.handlers import load_handlers, registry
from worker.run.verdict import waits
from worker.runtime import runtime_of
from worker.shop.load import dry_run_names, load_table


CREATED = "customer.holder.assignment.created"
GOOD = f'''
from worker.handlers import handles


@handles("{CREATED}", queue="letters", retries=(5, 60))
def send_letter(event, services, job):
    """Send a letter."""
    return "sent"
'''


class Shop:
    """A folder of a shop's modules."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write(self, name: str, text: str) -> str:
        """Write a module; return its name."""
        file = self._folder / f"{name.replace('.', '/')}.py"
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
        return name

    def handler(
        self, name: str, arguments: str, line: str = "def {}(event, services, job):"
    ) -> str:
        """Write a module with one handler of that name; return the module's."""
        return self.write(
            f"shop_{name}",
            "from worker.handlers import handles\n"
            f"@handles({arguments})\n{line.format(name)}\n    return ''\n",
        )


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    """A shop whose folder Python finds, and a registry that forgets it."""
    load_handlers()
    known = set(sys.modules)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(registry, "_registered", dict(registry._registered))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    yield Shop(tmp_path)
    for name in set(sys.modules) - known:
        if name.startswith("shop"):
            del sys.modules[name]


def problems(*modules: str) -> tuple[str, ...]:
    """Load modules that are wrong; return what is."""
    with pytest.raises(SettingsError) as caught:
        load_table(modules)
    return caught.value.problems


def test_a_module_outside_of_this_repository_brings_its_handlers(shop: Shop) -> None:
    """Its queue is declared and its job has a task, beside those of the house."""
    app = create_celery({"HANDLERS": shop.write("shop_letters", GOOD)})

    table = runtime_of(app).table
    assert [each.name for each in table.for_event(CREATED) if each.own] == ["send_letter"]
    assert table.by_name["send_letter"].retries == (5, 60)
    assert {"letters", "perks", "deliveries"} <= {queue.name for queue in app.conf.task_queues}
    assert "perkhook.send_letter" in app.tasks
    assert "letters" in runtime_of(app).queues
    assert "send_letter" not in load_handlers().by_name


def test_a_package_brings_what_it_imports(shop: Shop) -> None:
    """Handlers may stand in files of their own; loading them again is the same."""
    shop.write("shop.__init__", "from shop_letters import send_letter\nimport shop.more\n")
    shop.write("shop_letters", GOOD)
    shop.write("shop.more", GOOD.replace("send_letter", "send_card"))

    for _ in range(2):
        own = [each.name for each in load_table(["shop"]).by_name.values() if each.own]
        assert own == ["send_card", "send_letter"]


def test_all_problems_are_shown_at_once(
    shop: Shop, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every module that cannot be used, in one message, with what else is wrong."""
    monkeypatch.setenv("SECRET", "sesame-open")
    modules = [
        "shop_absent",
        shop.write("shop_needs", "import shop_nowhere.parts"),
        shop.write("shop_words", "this is no Python"),
        shop.write("shop_raises", "import os\nraise RuntimeError(os.environ['SECRET'])"),
        shop.write("shop_exits", "import sys\nsys.exit('sesame-open')"),
        shop.write("shop_empty", "x = 1"),
        shop.handler("notify_crm", f"'{CREATED}', queue='letters'"),
        shop.handler("Bad", f"'{CREATED}', queue='letters'"),
        shop.handler("typo", "'customer.holder.assigned', queue='perks', retries='60'"),
    ]
    environ = {"HANDLERS": ",".join(modules), "WORKER_CONCURRENCY": "50", "PERKS_BACKEND": "no"}

    with pytest.raises(SystemExit) as caught:
        create_celery(environ)

    head, *shown = str(caught.value).splitlines()
    assert head == "perkhook cannot start, the environment is wrong:"
    assert [line.removeprefix("  - ").removeprefix("HANDLERS: ") for line in shown] == [
        "shop_absent is not found: its folder must be in PYTHONPATH",
        "shop_needs cannot be imported: it needs shop_nowhere, which is not found",
        "shop_words cannot be imported: SyntaxError in shop_words.py, line 1",
        "shop_raises cannot be imported: RuntimeError in shop_raises.py, line 2",
        "shop_exits cannot be imported: SystemExit in shop_exits.py, line 2",
        "shop_empty has no handler: no function in it is decorated with @handles(…)",
        (
            "shop_notify_crm cannot be imported: two handlers are called notify_crm: "
            "one in worker.handlers.notify_crm, one in shop_notify_crm"
        ),
        (
            "shop_Bad cannot be imported: a handler cannot be called Bad: a job's name "
            "is a-z, 0-9 and _, begins with a letter and is not process"
        ),
        (
            "shop_typo.typo has the queue perks, which is this project's: its jobs would "
            "share threads and breaker with those of another downstream"
        ),
        (
            "shop_typo.typo wants an event type that no schema describes: "
            "customer.holder.assigned (the 1. it names)"
        ),
        (
            "shop_typo.typo must have as retries a tuple of seconds from 0 to 604800, "
            "at most 100 of them, or () for no other try"
        ),
        "PERKS_BACKEND must be one of dry-run, voucherify, http",
    ]
    assert "sesame" not in str(caught.value) + capsys.readouterr().out


@pytest.mark.parametrize(
    "queue", ["", "Letters", "perkhook:counts", "a b", "unacked", "unacked_index", "celeryev",
              "1st", "x" * 41, "deliveries", "crm", "canary", "erasure"],
)  # fmt: skip
def test_a_queue_is_no_key_of_anybody_elses(shop: Shop, queue: str) -> None:
    """Neither of the house nor of Celery, and nothing that ends in a key of another kind."""
    assert len(problems(shop.handler("letter", f"'{CREATED}', queue={queue!r}"))) == 1


@pytest.mark.parametrize(
    "retries", ["(-1,)", "(float('nan'),)", "(True,)", "(604801,)", "60", "(1,) * 101", "('1',)"]
)
def test_wrong_waits_are_shown(shop: Shop, retries: str) -> None:
    """Each is found at start and not when the first job fails."""
    module = shop.handler("letter", f"'{CREATED}', queue='letters', retries={retries}")

    assert "retries" in problems(module)[0]


@pytest.mark.parametrize(
    "line",
    ["def {}(event):", "async def {}(event, services, job):", "def {}(*, event, services, job):"],
)
def test_a_function_that_could_not_be_called_is_shown(shop: Shop, line: str) -> None:
    """It would fail for each event."""
    found = problems(shop.handler("letter", f"'{CREATED}', queue='letters'", line))

    assert "must be a plain function of (event, services, job)" in found[0]


@pytest.mark.parametrize("types", ["", "'perkhook.canary',", f"['{CREATED}'],"])
def test_types_that_never_come_are_shown(shop: Shop, types: str) -> None:
    """None at all, our own, and a list where words belong."""
    assert len(problems(shop.handler("letter", f"{types} queue='letters'"))) == 1


@pytest.mark.parametrize("value", ["bazaar.", "shop-events", "a/b", "sesame open", "os;x"])
def test_names_of_modules_are_names(value: str) -> None:
    """What is none is not repeated."""
    with pytest.raises(ValueError, match="names of Python modules") as caught:
        module_names(value)
    assert value not in str(caught.value)


def test_names_may_have_blanks_and_come_twice() -> None:
    """As a person writes them."""
    assert module_names(" shop.a, b ,shop.a,") == ("shop.a", "b")
    assert handler_names("all") == ("all",)


def test_what_runs_dry_is_an_own_handler(shop: Shop) -> None:
    """`all` is all of these; an unknown name is an error, because the operator counts on it."""
    table = load_table([shop.write("shop_letters", GOOD)])

    assert dry_run_names(["send_letter"], table) == dry_run_names(["all"], table) == {"send_letter"}
    assert dry_run_names([], table) == frozenset()
    for name in ("notify_crm", "send_leter"):
        with pytest.raises(SettingsError, match=f"names {name}, which is no handler"):
            dry_run_names([name], table)


def test_a_handlers_own_waits_come_first() -> None:
    """Even none; the house's schedule is for those that say nothing."""
    assert waits(None, (1.0, 2.0)) == (1.0, 2.0)
    assert waits((), (1.0, 2.0)) == ()
    assert waits([7], (1.0, 2.0)) == (7,)
