from datetime import datetime
from typing import Any

import httpx2

from sandbox.app import create_app
from sandbox.calls.transport import After, Before, InProcessTransport, Plan
from sandbox.clock import ManualClock, now
from sandbox.control.scenario import Scenario, play
from sandbox.control.snapshot import snapshot
from sandbox.faults.fault import Fault
from sandbox.faults.rules import Rule
from sandbox.settings import SandboxSettings, from_environ
from sandbox.webhooks.sendouts import SendoutState
from sandbox.webhooks.signature import HEADER, sign
from sandbox.world import World


class InProcess:
    """
    The stand-ins inside a test: no socket, no thread, no waiting.

    Time stands still but for calls and `advance`. Webhooks are kept: the test delivers
    them, drops them, doubles them or changes their order.

        shop = InProcess()
        scene = shop.scenario(tier={"type": "GIFT_VOUCHER", "amount": 300})
        [body] = shop.unassign(scene["referees"][0]["holder"])
        shop.fault(apply_then_drop(), method="POST", path="*/balance")
        with shop.client() as client: ...  # what is tested, with this client and shop.now
        shop.reset()
    """

    def __init__(
        self,
        settings: SandboxSettings | None = None,
        *,
        start: datetime | None = None,
        latency_seconds: float = 0.001,
    ) -> None:
        self.settings = settings or from_environ({})
        self.clock = ManualClock(start or now())
        self._app = create_app(self.settings, clock=self.clock, deliver=False)
        self.world: World = self._app.extensions["sandbox"]
        self.transport = InProcessTransport(self._app, self.clock, latency_seconds=latency_seconds)
        self.reset()

    def reset(self) -> None:
        """Forget everything, hooks and faults too, and turn the time back to the start."""
        self.world.clear()
        self.transport.clear()

    def client(self, **options: Any) -> httpx2.Client:
        """Make a client with the project's keys."""
        keys = {"X-App-Id": self.settings.app_id, "X-App-Token": self.settings.app_token}
        return httpx2.Client(
            transport=self.transport, base_url="http://sandbox", headers=keys, **options
        )

    def now(self) -> datetime:
        """Return the time; give this to what needs a clock."""
        return self.clock.now()

    def advance(self, seconds: float) -> None:
        """Let time pass; calls that were to be applied late are applied."""
        self.transport.advance(seconds)

    def before_request(self, hook: Before) -> None:
        """Call a hook before each call: what it raises ends the caller before it was sent."""
        self.transport.before.append(hook)

    def after_request(self, hook: After) -> None:
        """Call a hook after each answer: what it raises keeps the answer from the caller."""
        self.transport.after.append(hook)

    def fault(
        self,
        fault: Fault,
        *,
        method: str | None = None,
        path: str | None = None,
        skip: int = 0,
        times: int | None = 1,
    ) -> None:
        """Let the next calls of a kind go wrong."""
        self.transport.rules.append(
            Rule(fault=fault, method=method, path=path, skip=skip, times=times)
        )

    def plan(self, plan: Plan | None) -> None:
        """Let a function say of each call whether it goes wrong."""
        self.transport.plan = plan

    def scenario(self, **wanted: Any) -> dict[str, Any]:
        """Make a scenario true, as POST /sandbox/scenario does."""
        return play(self.world, Scenario.parse(wanted))

    def state(self, *parts: str) -> dict[str, Any]:
        """Show the state, or parts of it, as GET /sandbox/state does."""
        return snapshot(self.world, list(parts))

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """
        Use one of the sandbox's own endpoints; no hook and no fault touches this.

        Raises:
            ValueError: When the sandbox refuses; the message says why.
        """
        options = {} if body is None else {"json": body}
        answer = self._app.test_client().open(f"/sandbox{path}", method=method, **options)
        if answer.status_code >= 400:
            raise ValueError(answer.text)
        return answer.json

    def unassign(self, *holders: str) -> list[bytes]:
        """End assignments as a person at the dashboard does; return the webhooks' bodies."""
        before = len(self.webhooks())
        self.call("POST", "/unassign", {"holders": list(holders)})
        # An assignment lasts until its reward was paid, which may be a moment from now.
        self.advance(0.1)
        return self.webhooks()[before:]

    def webhooks(self) -> list[bytes]:
        """List the bodies of all webhooks since the last reset but the lost ones, oldest first."""
        return [each.body for each in self.world.sender if each.state is not SendoutState.LOST]

    def headers(self, body: bytes) -> dict[str, str]:
        """Sign a body as the webhook does."""
        signature = sign(body, self.settings.webhook_secret)
        return {"Content-Type": "application/json", HEADER: signature}

    def violations(self) -> list[dict[str, Any]]:
        """List the calls that the published specification does not allow."""
        return list(self.world.violations)
