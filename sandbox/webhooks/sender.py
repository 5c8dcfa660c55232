import heapq
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import httpx2

from sandbox.clock import Clock
from sandbox.faults.webhooks import WebhookFaults
from sandbox.ids import Ids
from sandbox.voucherify.data.event_types import ASSIGNED, UNASSIGNED
from sandbox.webhooks.schedule import answer_limit, wait_after
from sandbox.webhooks.sendouts import Sendout, SendoutState, Try
from sandbox.webhooks.signature import HEADER, sign


_THREADS = 16


@dataclass(order=True, slots=True)
class _Due:
    at: float
    number: int
    sendout: Sendout = field(compare=False)
    manual: bool = field(compare=False)


class WebhookSender:
    """Delivers webhooks in background threads and repeats them by the documented schedule."""

    def __init__(
        self,
        *,
        url: str,
        secret: str,
        speedup: float,
        ids: Ids,
        lock: threading.RLock,
        clock: Clock,
    ) -> None:
        self.url = url
        self.active = True
        # What the project's settings say that it is sent; what is sent does not depend on it.
        self.events = [ASSIGNED, UNASSIGNED]
        self.faults = WebhookFaults()
        self._secret = secret
        self._speedup = speedup
        self._ids = ids
        self._clock = clock
        self._changed = threading.Condition(lock)
        self._sendouts: dict[str, Sendout] = {}
        self._due: list[_Due] = []
        self._threads: list[threading.Thread] = []
        self._closed = False
        self._client: httpx2.Client | None = None

    def __iter__(self) -> Iterator[Sendout]:
        return iter(self._sendouts.values())

    def send(self, sendout: Sendout) -> None:
        """Take a new sendout; a disabled webhook keeps it but does not send."""
        with self._changed:
            self._sendouts[sendout.id] = sendout
            if not self.active:
                sendout.state = SendoutState.STOPPED
                return
            fault = self.faults.take()
            if not fault.applies:
                sendout.state = SendoutState.LOST
                return
            self._schedule(sendout, fault.wait_seconds, manual=False)
            for _ in range(fault.copies):
                self._schedule(sendout, fault.wait_seconds, manual=True)

    def resend(self, sendout_id: str) -> Sendout | None:
        """Send the same body once more, as the audit log's Retry button does."""
        with self._changed:
            sendout = self._sendouts.get(sendout_id)
            if sendout is not None:
                self._schedule(sendout, 0.0, manual=True)
            return sendout

    def disable(self) -> None:
        """Stop sending: what still waits will not be tried by itself any more."""
        with self._changed:
            self.active = False
            for due in self._due:
                if not due.manual:
                    due.sendout.state = SendoutState.STOPPED
            self._due = [due for due in self._due if due.manual]
            heapq.heapify(self._due)

    def enable(self) -> None:
        """Send again what happens from now on."""
        with self._changed:
            self.active = True

    def clear(self) -> None:
        """Forget all sendouts and switch the webhook on."""
        with self._changed:
            self._sendouts.clear()
            self._due.clear()
            self.active = True
            self.events = [ASSIGNED, UNASSIGNED]
            self.faults = WebhookFaults()

    def close(self) -> None:
        """Let the threads end; none of them outlives its current try."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join(answer_limit(speedup=self._speedup) + 1)
        if self._client is not None:
            self._client.close()

    def _schedule(self, sendout: Sendout, wait: float, *, manual: bool) -> None:
        heapq.heappush(
            self._due, _Due(time.monotonic() + wait, self._ids.number(), sendout, manual)
        )
        if not self._threads:
            self._start()
        self._changed.notify()

    def _start(self) -> None:
        # No proxy from the environment: the receiver is on this machine.
        self._client = client = httpx2.Client(
            timeout=answer_limit(speedup=self._speedup), trust_env=False, follow_redirects=False
        )
        for number in range(_THREADS):
            thread = threading.Thread(
                target=self._work, args=(client,), name=f"webhooks-{number}", daemon=True
            )
            thread.start()
            self._threads.append(thread)

    def _work(self, client: httpx2.Client) -> None:
        while (due := self._next()) is not None:
            if due.sendout.state is SendoutState.DELIVERED and not due.manual:
                continue  # a person's re-sending got through before the schedule came round
            attempt = self._attempt(client, due.sendout, manual=due.manual)
            with self._changed:
                due.sendout.tries.append(attempt)
                self._complete(due.sendout, attempt)

    def _next(self) -> _Due | None:
        with self._changed:
            while not self._closed:
                if not self._due:
                    self._changed.wait()
                elif (wait := self._due[0].at - time.monotonic()) > 0:
                    self._changed.wait(wait)
                else:
                    return heapq.heappop(self._due)
            return None

    def _attempt(self, client: httpx2.Client, sendout: Sendout, *, manual: bool) -> Try:
        started, at = time.perf_counter(), self._clock.now()
        status, error = None, None
        headers = {"Content-Type": "application/json", HEADER: sign(sendout.body, self._secret)}
        try:
            status = client.post(self.url, content=sendout.body, headers=headers).status_code
        except (httpx2.HTTPError, httpx2.InvalidURL) as problem:
            error = type(problem).__name__
        return Try(at, status, error, time.perf_counter() - started, manual)

    def _complete(self, sendout: Sendout, attempt: Try) -> None:
        if attempt.delivered:
            sendout.state = SendoutState.DELIVERED
        elif attempt.manual or sendout.id not in self._sendouts:
            return  # it was sent by hand, or a reset has forgotten it
        elif (wait := wait_after(sendout.failed_tries, speedup=self._speedup)) is None:
            sendout.state = SendoutState.FAILED
            self.disable()
        elif self.active:
            self._schedule(sendout, wait, manual=False)
        else:
            sendout.state = SendoutState.STOPPED


class Outbox(WebhookSender):
    """Keeps webhooks instead of sending them, for a test that delivers them itself."""

    def _schedule(self, sendout: Sendout, wait: float, *, manual: bool) -> None:
        pass
