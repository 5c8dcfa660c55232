from collections.abc import Callable
from contextlib import suppress
from typing import TypeAlias

import httpx2
from flask import Flask

from sandbox.clock import Clock
from sandbox.faults.fault import Fault
from sandbox.faults.rules import Rule, first


Before: TypeAlias = Callable[[httpx2.Request], object]
After: TypeAlias = Callable[[httpx2.Request, httpx2.Response], object]
#: Decides by the call and its number, which counts from 1 since the last reset.
Plan: TypeAlias = Callable[[httpx2.Request, int], Fault | None]

#: How long a caller without a time limit waits for what never comes.
_PATIENCE_SECONDS = 60.0


class InProcessTransport(httpx2.BaseTransport):
    """
    Carries calls to the stand-ins without a socket, as badly as it is asked to.

    Time passes on the clock only: each call takes the latency, a delay its seconds.
    """

    def __init__(self, app: Flask, clock: Clock, *, latency_seconds: float) -> None:
        self._wsgi = httpx2.WSGITransport(app=app)
        self._clock = clock
        self._latency = latency_seconds
        self.before: list[Before] = []
        self.after: list[After] = []
        self.rules: list[Rule] = []
        self._late: list[tuple[float, httpx2.Request]] = []
        self.clear()

    def clear(self) -> None:
        """Forget hooks, faults, late calls and the count of calls."""
        for each in (self.before, self.after, self.rules, self._late):
            each.clear()
        self.plan: Plan | None = None
        self.number = 0

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Make one call; what a hook raises reaches the caller as it is."""
        for before in self.before:
            before(request)
        self.number += 1
        self.advance(self._latency)
        planned = self.plan(request, self.number) if self.plan else None
        fault = planned or first(self.rules, request.method, request.url.path) or Fault()
        if fault.late_seconds is not None:
            request.read()
            waits = _patience(request) if fault.breaks is httpx2.ReadTimeout else 0.0
            due = self._clock.time() + waits + fault.late_seconds
            self._late.append((due, request))
        response = self._send(request) if fault.applies else httpx2.Response(fault.status or 503)
        self._wait(request, fault)
        if fault.breaks is not None:
            raise fault.breaks("A fault was asked for.", request=request)
        if fault.status is not None:
            response = _answer(fault, fault.status)
        for after in self.after:
            after(request, response)
        return response

    def advance(self, seconds: float) -> None:
        """Let time pass; late calls are applied when their time comes."""
        ends = self._clock.time() + seconds
        while due := sorted((each for each in self._late if each[0] <= ends), key=lambda it: it[0]):
            at, request = due[0]
            self._late.remove(due[0])
            self._clock.advance(max(0.0, at - self._clock.time()))
            with suppress(httpx2.TransportError):
                self._send(request)
        self._clock.advance(max(0.0, ends - self._clock.time()))

    def _send(self, request: httpx2.Request) -> httpx2.Response:
        try:
            answered = self._wsgi.handle_request(request)
            answered.read()
        except ConnectionAbortedError as problem:
            # A fault of the stand-ins themselves drops the connection in this way.
            raise httpx2.RemoteProtocolError("Dropped.", request=request) from problem
        return httpx2.Response(
            answered.status_code, headers=answered.headers, content=answered.content
        )

    def _wait(self, request: httpx2.Request, fault: Fault) -> None:
        patience = _patience(request)
        if fault.seconds > patience or fault.breaks is httpx2.ReadTimeout:
            self.advance(patience)
            raise httpx2.ReadTimeout("No answer in time.", request=request)
        self.advance(fault.seconds)


def _answer(fault: Fault, status: int) -> httpx2.Response:
    if fault.body is not None:
        return httpx2.Response(status, headers=fault.headers, content=fault.body)
    body = {"code": status, "message": "Injected fault"}
    return httpx2.Response(status, headers=fault.headers, json=body)


def _patience(request: httpx2.Request) -> float:
    limits = request.extensions.get("timeout") or {}
    seconds = limits.get("read")
    return _PATIENCE_SECONDS if seconds is None else float(seconds)
