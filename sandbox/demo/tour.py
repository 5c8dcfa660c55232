"""One referee is unassigned; what follows is checked to its end and described."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx2

from sandbox.demo.stack import ROOT, Addresses, Stack


#: Starting five processes on a busy machine takes a while; anything longer is a fault.
START_SECONDS = 60.0

#: The same for each thing that they then do; a test that waits for one that never comes sets less.
EFFECT_SECONDS = float(os.environ.get("SANDBOX_EFFECT_SECONDS", "60"))


class BrokenError(Exception):
    """A part of the stack does not do its part."""

    def __init__(self, part: str, what: str) -> None:
        super().__init__(f"{part}: {what}")
        self.part = part


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What one unassignment changed."""

    referee: str
    referrer: str
    card_type: str
    granted: int
    before: int
    after: int
    note: str


def tour(stack: Stack, at: Addresses) -> int | None:
    """Send the sample through, print what happened, leave the stack up."""
    try:
        effect = follow_sample(stack, at)
    except BrokenError as error:
        if stack.leaving:
            return None
        print(f"\nThe sample did not come through. {error}\n", flush=True)
        return 1
    print(_story(effect, at), flush=True)
    return None


def smoke(stack: Stack, at: Addresses) -> int:
    """Send the sample through and say in one line whether all parts did theirs."""
    try:
        effect = follow_sample(stack, at)
        _check_flower(stack, at)
    except BrokenError as error:
        print(f"smoke: FAILED. {error}\n{stack.tail(error.part)}", flush=True)
        return 1
    print(
        f"smoke: ok. The card's balance fell from {effect.before} to {effect.after} "
        "and the CRM got its note.",
        flush=True,
    )
    return 0


def follow_sample(stack: Stack, at: Addresses) -> Effect:
    """
    Unassign the first referee with a gift card, and wait for both effects.

    Raises:
        BrokenError: names the part that did not do its part.
    """
    _wait(stack, "sandbox", "does not answer", lambda: _ok(f"{at.sandbox}/sandbox/state"))
    _wait(stack, "web", "is not ready", lambda: _ok(f"{at.receiver}/readyz"))
    _wait(stack, "worker", "does not answer Celery's ping", lambda: _worker_answers(stack))
    before = _state(at)
    holder = _sample(before)
    _post(f"{at.sandbox}/sandbox/unassign", {"holder": holder["id"]})
    _wait(
        stack,
        "web",
        "did not take the webhook",
        lambda: any(sendout["state"] == "delivered" for sendout in _sendouts(at)),
        EFFECT_SECONDS,
    )
    card = holder["grant"]["card"]
    balance = before["cards"][card]["balance"]
    wanted = balance - holder["grant"]["amount"]
    _wait(
        stack,
        "worker",
        "did not take the reward back",
        lambda: _state(at)["cards"][card]["balance"] == wanted,
        EFFECT_SECONDS,
    )
    _wait(
        stack, "worker", "did not update the CRM", lambda: bool(_state(at)["notes"]), EFFECT_SECONDS
    )
    return _effect(before, _state(at), holder)


def _sample(state: dict[str, Any]) -> dict[str, Any]:
    cards = state["cards"]
    return next(
        holder
        for holder in state["assignments"].values()
        if holder["grant"] and cards[holder["grant"]["card"]]["type"] == "GIFT_VOUCHER"
    )


def _effect(before: dict[str, Any], after: dict[str, Any], holder: dict[str, Any]) -> Effect:
    people, card = before["customers"], holder["grant"]["card"]
    code = before["codes"][holder["redeemable_id"]]
    return Effect(
        referee=people[holder["customer_id"]]["name"],
        referrer=people[code["referrer_id"]]["name"],
        card_type=before["cards"][card]["type"],
        granted=holder["grant"]["amount"],
        before=before["cards"][card]["balance"],
        after=after["cards"][card]["balance"],
        note=str(after["notes"][0]),
    )


def _story(effect: Effect, at: Addresses) -> str:
    return f"""
What happened
  1. {effect.referee} was unassigned from {effect.referrer}'s referral code. Voucherify (a
     stand-in on this machine) sent the signed webhook customer.holder.assignment.deleted.
  2. The receiver checked the signature, stored the webhook and answered 202.
  3. A worker took back the {_money(effect.granted)} that the referral had put on {effect.referee}'s
     gift card: it held {_money(effect.before)}, it now holds {_money(effect.after)}.
  4. A worker noted the removal in the CRM (another stand-in).

Where to see it
  {at.sandbox}   cards and CRM notes, with a button that unassigns the next referee
  {at.flower}   Flower: workers, tasks, and failed jobs to retry
  {at.receiver}   the receiver: /healthz, /readyz, /metrics, POST /webhooks/voucherify
  REDIS_URL={at.redis} {sys.executable} -m inbox stats

Ctrl-C stops everything.
"""


def _money(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"


def _wait(
    stack: Stack,
    part: str,
    complaint: str,
    done: Callable[[], bool],
    seconds: float = START_SECONDS,
) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and not stack.leaving:
        if stopped := stack.stopped():
            raise BrokenError(stopped, "has stopped")
        try:
            if done():
                return
        except httpx2.HTTPError:
            pass
        time.sleep(0.1)
    raise BrokenError(part, f"{complaint} ({seconds:.0f} s waited)")


def _check_flower(stack: Stack, at: Addresses) -> None:
    _wait(stack, "flower", "does not answer", lambda: _ok(f"{at.flower}/healthcheck"))


def _worker_answers(stack: Stack) -> bool:
    answer = subprocess.run(
        [sys.executable, "-m", "celery", "-A", "worker", "inspect", "ping", "--timeout", "2"],
        cwd=ROOT,
        env=stack.environment("flower"),
        capture_output=True,
        timeout=30,
        check=False,
    )
    return answer.returncode == 0


def _ok(address: str) -> bool:
    return httpx2.get(address, timeout=5).is_success


def _state(at: Addresses) -> dict[str, Any]:
    state: dict[str, Any] = httpx2.get(f"{at.sandbox}/sandbox/state", timeout=5).json()
    return state


def _sendouts(at: Addresses) -> list[dict[str, Any]]:
    sendouts: list[dict[str, Any]] = _state(at)["sendouts"]
    return sendouts


def _post(address: str, document: dict[str, Any]) -> None:
    httpx2.post(address, json=document, timeout=5).raise_for_status()
