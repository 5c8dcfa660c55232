import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from inbox.model.effect import EffectState
from tests.engine import store_settings
from tests.integration.worker.ledger import Ledger
from tests.integration.worker.shop import Shop
from tests.integration.worker.station import ROOT
from tests.unit.worker.build import job
from worker.backends.perks.voucherify import VoucherifyPerks


Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def run(shop: Shop, redis_url: str) -> Run:
    """Run `python -m worker` as support does."""

    def command(*words: str, **more: str) -> "subprocess.CompletedProcess[str]":
        environ = {
            **store_settings(redis_url),
            "PERKS_BACKEND": "voucherify",
            "VOUCHERIFY_API_URL": shop.url,
            "VOUCHERIFY_APP_ID": shop.settings.app_id,
            "VOUCHERIFY_APP_TOKEN": shop.settings.app_token,
            **more,
        }
        return subprocess.run(
            [sys.executable, "-m", "worker", *words],
            check=False,
            capture_output=True,
            text=True,
            cwd=ROOT,
            env=environ,
            timeout=100,
        )

    return command


@pytest.fixture
def taken(shop: Shop, perks: VoucherifyPerks) -> dict[str, Any]:
    """A reward that was taken back."""
    referee: dict[str, Any] = shop.scenario(own=1000)["referees"][0]
    event = shop.removal_event(referee["holder"])
    perks.revoke(event, job())
    return referee | {"event": event.event.id}


def test_effects_say_what_was_taken_when_why_and_by_which_event(
    run: Run, taken: dict[str, Any]
) -> None:
    """By customer or by assignment, as JSON or as a table, with exit code 0."""
    by_customer = run("effects", "--customer", taken["customer"], "--json")
    by_holder = run("effects", "--holder", taken["holder"], "--json")
    shown = run("effects", "--holder", taken["holder"])

    assert by_customer.returncode == by_holder.returncode == shown.returncode == 0
    assert by_customer.stdout == by_holder.stdout
    (effect,) = json.loads(by_holder.stdout)
    assert (effect["amount"], effect["granted"], effect["shortfall"]) == (500, 500, 0)
    assert (effect["state"], effect["kind"], effect["from"]) == (
        "confirmed",
        "take",
        taken["card"]["id"],
    )
    assert effect["what"] == "the referee's gift credits"
    assert effect["why"] == "the referee's reward: it is what the campaign promises"
    assert (effect["event"], effect["holder"]) == (taken["event"], taken["holder"])
    # Its answer confirmed it, and says no id of a transaction.
    assert effect["transaction"] is None
    assert effect["when"]
    assert taken["event"] in shown.stdout


def test_undo_gives_back_once_and_is_recorded(
    run: Run, shop: Shop, ledger: Ledger, taken: dict[str, Any]
) -> None:
    """The second time it reports the same and moves nothing."""
    (effect,) = ledger.all()

    first = run("undo", effect, "--why", "wrong list")
    second = run("undo", effect, "--why", "wrong list")

    assert (first.returncode, first.stdout) == (0, "gave back 500\n"), first.stderr
    assert (second.returncode, second.stdout) == (0, "gave back 500\n")
    assert shop.balance(taken["card"]["id"]) == 1500
    reported = json.loads(run("effects", "--customer", taken["customer"], "--json").stdout)
    assert [(each["kind"], each["why"]) for each in reported] == [
        ("take", "the referee's reward: it is what the campaign promises"),
        ("give", "wrong list"),
    ]


def test_undo_says_what_it_cannot_do(run: Run, ledger: Ledger, taken: dict[str, Any]) -> None:
    """Unknown, unfinished, not undoable, refused: exit code 1 and a sentence on stderr."""
    (effect,) = ledger.all()
    undone = run("undo", effect, "--why", "x", VOUCHERIFY_APP_TOKEN="wrong")
    unknown = run("undo", "nonsense", "--why", "x")
    ledger.plan("open", holder="rh", customer=taken["customer"], kind="take")
    unfinished = run("undo", "open", "--why", "x")
    marked = ledger.plan("marked", holder="rh", customer="c", kind="mark", thing="c")
    ledger.move(marked, EffectState.CONFIRMED, since=(EffectState.PLANNED,))
    mark = run("undo", "marked", "--why", "x")
    dry = run("undo", effect, "--why", "x", PERKS_BACKEND="dry-run")

    codes = {each.returncode for each in (undone, unknown, unfinished, mark, dry)}
    assert codes == {1}
    assert undone.stderr == "not done: voucherify answered 401 (unauthorized)\n"
    assert "the ledger knows no effect nonsense" in unknown.stderr
    assert "this effect is planned, not confirmed" in unfinished.stderr
    assert mark.stderr.startswith("not done: an effect of the kind mark cannot be undone")
    assert "PERKS_BACKEND=voucherify only" in dry.stderr
    assert "Traceback" not in undone.stderr + unknown.stderr + mark.stderr


@pytest.mark.parametrize(
    "words",
    [("effects",), ("effects", "--customer", "a", "--holder", "b"), ("undo", "x"), ("nonsense",)],
)
def test_wrong_use_is_distinguished(run: Run, words: tuple[str, ...]) -> None:
    """Exit code 2, and nothing is done."""
    assert run(*words).returncode == 2


def test_an_unknown_customer_has_no_effects(run: Run) -> None:
    """An empty list is an answer."""
    found = run("effects", "--customer", "nobody", "--json")

    assert (found.returncode, json.loads(found.stdout)) == (0, [])


def test_a_store_or_settings_that_are_wrong_are_a_sentence(run: Run) -> None:
    """Exit code 1 without a traceback and without a secret."""
    gone = run("effects", "--customer", "x", REDIS_URL="redis://:s3cret@127.0.0.1:1/0")
    wrong = run("effects", "--customer", "x", VOUCHERIFY_RATE_LIMIT="many")

    assert (gone.returncode, wrong.returncode) == (1, 1)
    assert "VOUCHERIFY_RATE_LIMIT" in wrong.stderr
    for each in (gone, wrong):
        assert "Traceback" not in each.stderr
        assert "s3cret" not in each.stderr
