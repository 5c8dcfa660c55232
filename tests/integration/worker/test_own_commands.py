import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from inbox.ledger import Effects
from inbox.model.effect import EffectState
from inbox.store.client import StoreClient
from schemas import UnreadableBody
from tests.engine import store_settings
from tests.processes import ROOT
from tests.samples import assignment_deleted, body
from worker.__main__ import commands
from worker.effects.names import Origin
from worker.effects.steps import Steps
from worker.handlers import load_handlers
from worker.shop.dry_run import try_body
from worker.testing import body_of


Run = Callable[..., "subprocess.CompletedProcess[str]"]

CREATED = "customer.holder.assignment.created"
BODY = body_of(
    CREATED,
    {
        "holder": {
            "id": "rh_1",
            "customer_id": "cust_1",
            "campaign_id": "camp_1",
            "holder_role": "REFEREE",
            "redeemable_id": "v_1",
        }
    },
)
HEAD = "from worker.handlers import handles\n"
HANDLER = """
@handles({event!r}, queue="q_{name}")
def {name}(event, services, job):
    \"\"\"Do {name}.\"\"\"
    {act}
"""

#: Ways to act, none of which may get through.
ACTS = {
    "connect": "import socket; socket.socket().connect(('127.0.0.1', {port}))",
    "datagram": "import socket; socket.socket(2, 2).sendto(b'x', ('127.0.0.1', {port}))",
    "resolve": "import socket; socket.getaddrinfo('localhost', 80)",
    "call": "import httpx2; httpx2.post('http://127.0.0.1:{port}')",
    "program": "import subprocess; subprocess.run(['touch', 'acted'])",
    "shell": "import os; os.system('touch acted')",
    "fork": "import os; os.fork()",
    "write": "open('acted', 'w').close()",
    "low_write": "import os; os.open('acted', os.O_CREAT)",
    "path": "import pathlib; pathlib.Path('acted').touch()",
    "folder": "import os; os.mkdir('acted')",
    "remove": "import os; os.remove('kept')",
    "rename": "import os; os.rename('kept', 'acted')",
    "database": "import sqlite3; sqlite3.connect('acted')",
    "service": "services.erasure.erase('cust_1')",
}


@pytest.fixture
def run(tmp_path: Path, redis_url: str) -> Run:
    """Run `python -m worker` in a folder of its own."""

    def command(*words: str, **environ: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "worker", *words],
            check=False,
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env={**store_settings(redis_url), "PYTHONPATH": f"{ROOT}:{tmp_path}", **environ},
            timeout=30,
        )

    return command


def test_trying_cannot_act(run: Run, tmp_path: Path, store: StoreClient) -> None:
    """All that a handler does beside its steps is refused, and the others are shown."""
    port = store.connection_pool.connection_kwargs["port"]
    handlers = {name: act.format(port=port) for name, act in ACTS.items()}
    handlers["harmless"] = (
        "return job.once('greet', event.holder.id, lambda key: open('acted', 'w'))"
    )
    text = HEAD + "".join(
        HANDLER.format(event=CREATED, name=name, act=act) for name, act in handlers.items()
    )
    (tmp_path / "shop.py").write_text(text)
    (tmp_path / "body.json").write_bytes(BODY)
    (tmp_path / "kept").write_text("")
    before = store.info("clients")["maxclients"], store.info("stats")["total_connections_received"]

    shown = run("try", "body.json", HANDLERS="shop", REDIS_URL="nonsense", PERKS_BACKEND="nonsense")

    after = store.info("stats")["total_connections_received"]
    assert after == before[1]
    assert shown.returncode == 1
    assert sorted(file.name for file in tmp_path.iterdir()) == ["body.json", "kept", "shop.py"]
    lines = shown.stdout.splitlines()
    assert "harmless (queue q_harmless): dry run: would greet rh_1" in lines
    assert "service (queue q_service): not run: only a worker has the store" in lines
    for name in handlers.keys() - {"harmless", "service"}:
        (line,) = [each for each in lines if each.startswith(f"{name} (")]
        assert "this is a dry run" in line


def test_a_module_that_acts_when_it_is_imported_cannot_be_tried(run: Run, tmp_path: Path) -> None:
    """The seal is there before."""
    (tmp_path / "shop.py").write_text("open('acted', 'w')")
    (tmp_path / "body.json").write_bytes(BODY)

    shown = run("try", "body.json", HANDLERS="shop")

    assert shown.returncode == 1
    assert "shop cannot be imported: this is a dry run" in shown.stderr
    assert not (tmp_path / "acted").exists()


def test_trying_shows_an_event_without_a_handler_and_a_body_without_an_event() -> None:
    """The one is no error, the other is."""
    shown, tried = try_body(body_of("voucher.created", {}), load_handlers())

    assert (shown, list(tried)) == ("no handler for voucher.created", [])
    with pytest.raises(UnreadableBody):
        try_body(b"{}", load_handlers())


def test_the_houses_handlers_are_tried_with_backends_that_do_nothing() -> None:
    """What a revocation would do is shown in general; a plan of it needs a worker."""
    shown, tried = try_body(body(assignment_deleted()), load_handlers())

    assert shown == "handed to notify_crm, revoke_referral_perks"
    assert [each.outcome for each in tried] == [
        "dry run: would note the removal",
        "dry run: would take back the referee's reward",
    ]


def test_support_resolves_a_step_in_doubt(store: StoreClient, redis_url: str) -> None:
    """What was done is not done again; what was not is done by the next run; once only."""
    ledger = Effects(store, memory_seconds=3600, in_flight_seconds=0.0)
    taken: list[str] = []

    def once(about: str, error: BaseException | None = None) -> str:
        def act(key: str) -> str:
            taken.append(key)
            if error is not None:
                raise error
            return "greeted"

        steps = Steps(ledger, Origin(handler="welcome", event="ev_1", job="job"))
        return steps.once("greet", about, act, check=None, repeatable=False)

    for about in ("rh_1", "rh_2", "rh_3"):
        with pytest.raises(LookupError):
            once(about, LookupError())
    with pytest.raises(KeyboardInterrupt):
        once("rh_4", KeyboardInterrupt())

    def resolve(about: str, *words: str) -> Result:
        command = ["resolve", f"own:welcome:greet:{about}", "--why", "seen in the shop", *words]
        return CliRunner().invoke(commands, command, obj=store_settings(redis_url))

    assert resolve("rh_1", "--done").exit_code == 0
    assert resolve("rh_2", "--not-done").exit_code == 0
    assert resolve("rh_3").exit_code == 2
    # Its run may be alive; the command has the settings' time for that and not this test's.
    assert "may be under way" in str(resolve("rh_4", "--done").exception)
    assert "nothing to resolve" in str(resolve("rh_1", "--not-done").exception)
    assert "no such step" in str(resolve("rh_9", "--done").exception)

    assert (once("rh_1"), once("rh_2"), len(taken)) == ("done", "greeted", 5)
    command = ["effects", "--about", "rh_2", "--json"]
    shown = json.loads(CliRunner().invoke(commands, command, obj=store_settings(redis_url)).stdout)
    assert [each["state"] for each in shown] == ["confirmed"]
    found = ledger.get("own:welcome:greet:rh_1")
    assert found is not None
    assert (found.state, found.fields["resolved"]) == (EffectState.CONFIRMED, "seen in the shop")


def test_flower_does_not_start_with_a_module_that_is_wrong() -> None:
    """It says what a worker says (tests/unit/worker/shop/test_own_handlers.py), no more."""
    ended = subprocess.run(
        [sys.executable, "-m", "celery", "-A", "worker", "flower"],
        check=False,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={"HANDLERS": "shop_absent", "HANDLERS_DRY_RUN": "A"},
        timeout=30,
    )

    assert ended.returncode == 1
    assert ended.stderr.splitlines()[-3:] == [
        "perkhook cannot start, the environment is wrong:",
        "  - HANDLERS: shop_absent is not found: its folder must be in PYTHONPATH",
        "  - HANDLERS_DRY_RUN must be names of handlers with commas between, or all",
    ]
