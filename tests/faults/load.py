"""A sender that never gives an event up, and remembers every answer."""

import http.client
import itertools
import re
import threading
import time
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from tests import samples
from tests.acceptance.product import sign
from tests.processes import wait_until


#: Seconds until a body that was not answered 202 is sent again.
PAUSE_SECONDS = 0.3

#: A sender gives an answer this long, as Voucherify does.
ANSWER_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back for one try; status 0 is no answer at all."""

    event: str
    status: int
    at: float
    seconds: float
    code: str = ""


@dataclass(slots=True)
class Load:
    """
    Sends webhooks from some threads until it is asked to stop.

    Each event is sent until it is answered 202, the same bytes again, as Voucherify does.
    `accepted` and `answers` are whole once `stop` has returned.

    Args:
        url: the receiver or the load balancer before it.
        senders: how many threads.
        most: end after so many events.
        pause: seconds between an answer and the thread's next event.
        first: number of the first event.
        event_type: another type than a removal's, which no handler wants.
    """

    url: str
    senders: int = 4
    most: int | None = None
    pause: float = 0.0
    first: int = 1
    event_type: str | None = None
    accepted: dict[str, float] = field(default_factory=dict)
    answers: list[Answer] = field(default_factory=list)
    _numbers: "itertools.count[int]" = field(init=False)
    _stopping: threading.Event = field(default_factory=threading.Event)
    _given_up: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def __enter__(self) -> Self:
        """Begin sending."""
        self._numbers = itertools.count(self.first)
        for number in range(self.senders):
            thread = threading.Thread(target=self._send_events, name=f"sender-{number}")
            thread.start()
            self._threads.append(thread)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop as `stop` does, or at once if the test has failed."""
        self._stopping.set()
        if error is None:
            self.join()
        else:
            self._given_up.set()

    def stop(self) -> None:
        """Begin no further events, and wait until those begun are accepted."""
        self._stopping.set()
        self.join()

    def join(self) -> None:
        """Wait until all `most` events are accepted."""
        for thread in self._threads:
            thread.join(120)
            assert not thread.is_alive(), "an event was not accepted for two minutes"

    def wait_for(self, more: int) -> None:
        """Wait until so many more events are accepted."""
        goal = len(self.accepted) + more
        wait_until(lambda: len(self.accepted) >= goal, f"{more} more events are accepted")

    def refused(self) -> list[Answer]:
        """Return the answers that were not 202."""
        return [answer for answer in self.answers if answer.status != 202]

    def refused_without_need(self) -> list[Answer]:
        """
        Give those that no store explains which stood still, as any does on a busy machine.

        A receiver asks it for a second, and says so.
        """
        return [answer for answer in self.refused() if answer.code != "inbox_timeout"]

    def _send_events(self) -> None:
        while not self._stopping.is_set():
            number = next(self._numbers)
            if self.most is not None and number >= self.first + self.most:
                return
            self._send_until_accepted(number)
            if self.pause:
                self._stopping.wait(self.pause)

    def _send_until_accepted(self, number: int) -> None:
        document = samples.assignment_deleted(number)
        if self.event_type:
            document["type"] = document["event"]["type"] = self.event_type
        event, body = document["data"]["holder"]["id"], samples.body(document)
        headers = {"X-Voucherify-Signature": sign(body), "Content-Type": "application/json"}
        while True:
            began = time.time()
            status, code = self._post(body, headers)
            now = time.time()
            self.answers.append(Answer(event, status, now, now - began, code))
            if status == 202:
                self.accepted[event] = now
                return
            if self._given_up.wait(PAUSE_SECONDS):
                return

    def _post(self, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
        # A connection for each event: a pooled one could not distinguish a refusal of the receiver
        # from one that it closed while it was idle.
        parts = urlsplit(self.url)
        connection = http.client.HTTPConnection(
            parts.hostname or "", parts.port, timeout=ANSWER_SECONDS
        )
        try:
            connection.request("POST", "/webhooks/voucherify", body, headers)
            response = connection.getresponse()
            text = response.read()
        except (OSError, http.client.HTTPException):
            return 0, ""
        finally:
            connection.close()
        found = re.search(rb'"code": ?"(\w+)"', text)
        return response.status, found[1].decode() if found else ""
