"""POST /webhooks/voucherify: a webhook from the connection into the inbox."""

from collections.abc import Callable, Sequence
from http import HTTPStatus
from time import monotonic
from typing import Final

import structlog
from flask import Request

from inbox.durability.barrier import Barrier
from inbox.errors import InboxUnavailableError
from inbox.intake import Accepted
from receiver import signature
from receiver.answers import RETRY_AFTER_SECONDS, AcceptedAnswer, RefusedError
from receiver.callers import CallerRule
from receiver.guard import StoreGuard
from receiver.metrics.scrape import Metrics
from receiver.server.leftover import throw_away
from receiver.server.slow_senders import BODY_SECONDS, SlowSenders


log = structlog.get_logger()

#: The body, or its rest, may be unread, so this connection cannot be used again.
UNREAD: Final = {"Connection": "close"}

#: Seconds after a body has come within which the store must have answered. With
#: the barrier's grace the answer then goes out within two.
ANSWER_SECONDS: Final = 1.6


#: Stores a body and enqueues its first job; raises InboxUnavailableError.
Accept = Callable[[bytes], Accepted]


class Webhook:
    """Receives Voucherify's webhooks."""

    def __init__(
        self,
        accept: Accept,
        metrics: Metrics,
        guard: StoreGuard,
        barrier: Barrier | None = None,
        *,
        secrets: Sequence[bytes],
        callers: CallerRule,
        max_body_bytes: int,
    ) -> None:
        self._secrets = secrets
        self._callers = callers
        self._max_body_bytes = max_body_bytes
        self._store = accept
        self._metrics = metrics
        self._guard = guard
        self._barrier = barrier
        self._slow_senders = SlowSenders()

    def receive(self, request: Request) -> AcceptedAnswer:
        """
        Check who calls, read, verify, accept, answer.

        A body whose signature is right is never refused for its content: Voucherify switches
        a webhook off after twelve refusals, and poison would take the good ones with it.

        Raises:
            RefusedError: the answer is an error.
        """
        try:
            self._check_caller(request)
            body = self._read(request)
            self._verify(body, request)
            accepted = self._accept(body)
        except RefusedError as refusal:
            self._metrics.refused(refusal.code)
            log.warning("webhook.refused", code=refusal.code, status=int(refusal.status))
            raise
        self._metrics.accepted(duplicate=accepted.duplicate)
        log.info(
            "webhook.accepted",
            delivery=accepted.delivery,
            duplicate=accepted.duplicate,
            size=len(body),
        )
        return AcceptedAnswer(accepted.delivery, duplicate=accepted.duplicate)

    def missed(self, request: Request, status: int, code: str) -> None:
        """
        Count and log what was sent to a path or by a method that takes nothing.

        The path is left out, for a stranger may write anything there. What bears Voucherify's
        header was meant for us: it has a result of its own, so that bots do not hide it.
        """
        signed = signature.HEADER in request.headers
        self._metrics.refused("wrong_address" if signed else code)
        log.warning("webhook.missed", code=code, status=status, signed=signed)
        # A caller that may not send webhooks must block no thread.
        if self._refusal(request) is None:
            throw_away(request, self._max_body_bytes, self._slow_senders)

    def _check_caller(self, request: Request) -> None:
        refusal = self._refusal(request)
        if refusal is not None:
            raise RefusedError(HTTPStatus.FORBIDDEN, "address_not_allowed", refusal, UNREAD)

    def _refusal(self, request: Request) -> str | None:
        callers = self._callers
        if not callers.allowed:
            return None
        peer = request.remote_addr or ""
        forwarded_for = ",".join(request.headers.getlist("X-Forwarded-For"))
        if callers.allows(peer, forwarded_for):
            return None
        return callers.advice(peer, forwarded_for)

    def _read(self, request: Request) -> bytes:
        # The server's own stream is read, because a chunked body has no length to check
        # beforehand: one byte more than allowed shows that it is too long.
        most = self._max_body_bytes
        if (request.content_length or 0) <= most:
            stream = request.environ["wsgi.input"]
            parts, left = [], most + 1
            began = self._slow_senders.begin()
            try:
                while left and (part := stream.read(left)):
                    parts.append(part)
                    left -= len(part)
            finally:
                self._slow_senders.end()
            if left:
                return _whole(b"".join(parts), request.content_length, monotonic() - began)
        throw_away(request, most, self._slow_senders)
        raise RefusedError(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            "body_too_large",
            f"the body is longer than {most} bytes (MAX_BODY_BYTES)",
            UNREAD,
        )

    def _verify(self, body: bytes, request: Request) -> None:
        claimed = request.headers.get(signature.HEADER)
        position = signature.matching_secret(body, claimed, self._secrets)
        if position is None:
            raise RefusedError(
                HTTPStatus.UNAUTHORIZED,
                "bad_signature",
                f"{signature.HEADER} is missing"
                if claimed is None
                else f"{signature.HEADER} does not fit the body under any secret in "
                "VOUCHERIFY_WEBHOOK_SECRETS",
            )
        self._metrics.verified(position)

    def _accept(self, body: bytes) -> Accepted:
        began = monotonic()
        try:
            accepted = self._guard.ask(lambda: self._store(body))
            # What is a duplicate may have been accepted a moment ago, and lost with it.
            if self._barrier is not None:
                self._barrier.wait(accepted.key, began + ANSWER_SECONDS)
        except InboxUnavailableError as error:
            raise RefusedError(
                HTTPStatus.SERVICE_UNAVAILABLE,
                f"inbox_{error.reason}",
                f"{error}; send this webhook again later",
                {"Retry-After": str(RETRY_AFTER_SECONDS)},
            ) from error
        return accepted


def _whole(body: bytes, promised: int | None, seconds: float) -> bytes:
    # A sender that hung up will send the webhook again: it never saw an answer to this one.
    # Without a length, nothing shows whether a body that came slowly was cut off.
    if (promised is None or len(body) < promised) and seconds > BODY_SECONDS:
        raise RefusedError(
            HTTPStatus.REQUEST_TIMEOUT,
            "body_too_slow",
            f"the body has not come within {BODY_SECONDS:.0f} seconds",
            UNREAD,
        )
    if len(body) < (promised or 0):
        raise RefusedError(
            HTTPStatus.BAD_REQUEST,
            "incomplete_body",
            "the connection ended before the whole body had come",
        )
    return body
