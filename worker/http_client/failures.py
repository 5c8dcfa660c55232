"""Why there is no answer, in words that an operator can act on and that hold no ids."""

import errno
import os
import re
import socket
import ssl
from typing import Any, Final

import httpcore2
import httpx2

from worker.http_client.certificates import shown_by
from worker.http_client.progress import Progress


#: Raised before a byte of the request could go out: the service has not heard of the call.
NOT_SENT: Final = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)

_PROXY: Final = "the proxy "

#: How OpenSSL calls an answer in plain text, by its release.
_PLAIN: Final = frozenset(
    {"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG"}
)

#: OpenSSL's numbers (openssl/x509_vfy.h).
_NOT_YET: Final = 9
_EXPIRED: Final = 10
_OTHER_NAME: Final = frozenset({62, 64})


class UnreachableError(Exception):
    """Stands behind the library's error; its text is ours, so that it may be shown."""


def failure(call: Progress, error: Exception) -> tuple[type[httpx2.RequestError], str]:
    """Return how a call without an answer failed: a kind that says if it was sent, and why."""
    late = isinstance(error, httpcore2.TimeoutException)
    kind: type[httpx2.RequestError]
    if call.sent:
        kind = httpx2.ReadTimeout if late else httpx2.ReadError
    else:
        kind = httpx2.ConnectTimeout if late else httpx2.ConnectError
    return kind, _why(call, error)


def explanation(error: BaseException) -> str | None:
    """Return why there is no answer; None if no words for it may be shown."""
    cause = error.__cause__
    return str(cause) if isinstance(cause, UnreachableError) else None


def _why(call: Progress, error: Exception) -> str:
    place = call.place
    match error, call.fault:
        case httpcore2.ProxyError(), _:
            status = re.match(r"\d{3}", str(error))
            words = f"{place} answered {status[0] if status else 'no'} to CONNECT"
        case httpcore2.TimeoutException(), _ if call.answer_until is None:
            words = f"no connection to {place} within {call.connect_seconds:g} s"
        case httpcore2.TimeoutException(), _:
            words = f"{place} did not answer within {call.answer_seconds:g} s"
        case httpcore2.LocalProtocolError(), _:
            words = f"the request to {place} is not valid HTTP"
        case httpcore2.ProtocolError(), _:
            words = _no_http(call)
        case _, ssl.SSLCertVerificationError() as fault:
            words = f"the certificate of {place} {_refused(fault, shown_by(fault))}"
        case _, ssl.SSLError() as fault:
            words = _no_tls(call, fault)
        case _, fault:
            words = _no_connection(call, fault)
    return words


def _no_connection(call: Progress, fault: Exception | None) -> str:
    place = call.place
    match fault:
        case socket.gaierror(errno=socket.EAI_AGAIN):
            words = f"{_name(place)} could not be resolved: no answer from DNS"
        case socket.gaierror() | UnicodeError():
            words = f"{_name(place)} is unknown"
        case ConnectionRefusedError():
            words = f"{place} refused the connection"
        case ConnectionError() if call.secure and not call.sent:
            words = f"{place} closed the connection during the TLS handshake"
        case ConnectionError():
            words = f"{place} reset the connection" + _advice(call)
        case OSError(errno=errno.ENETUNREACH | errno.EHOSTUNREACH):
            words = f"there is no route to {place}"
        case OSError(errno=int() as number):
            words = f"{place}: {os.strerror(number)}"
        case _:
            words = f"the connection to {place} broke"
    return words


def _no_http(call: Progress) -> str:
    if call.begun[:2] == b"\x15\x03":
        return f"{call.place} answers in TLS: its address must begin with https://"
    if not call.begun and call.ended:
        return f"{call.place} closed the connection without an answer" + _advice(call)
    if b"HTTP/"[: len(call.begun)] != call.begun:
        return f"{call.place} answered with something that is not HTTP"
    if call.ended:
        return f"the answer of {call.place} was cut off"
    return f"the answer of {call.place} is not valid HTTP"


def _advice(call: Progress) -> str:
    plain = call.sent and not call.secure and not call.begun
    return "; if it expects TLS, its address must begin with https://" if plain else ""


def _no_tls(call: Progress, fault: ssl.SSLError) -> str:
    place, reason = call.place, fault.reason or ""
    if isinstance(fault, ssl.SSLEOFError | ssl.SSLZeroReturnError) or "EOF" in reason:
        if call.sent:
            return f"the answer of {place} was cut off"
        return f"{place} closed the connection during the TLS handshake"
    if reason in _PLAIN and not call.sent:
        return f"{place} does not speak TLS: its address may have to begin with http://"
    return f"no TLS with {place}: {reason.replace('_', ' ').lower() or 'protocol error'}"


def _refused(fault: ssl.SSLCertVerificationError, shown: dict[str, Any]) -> str:
    """Return why a certificate is not believed, with the names that it shows."""
    # Those that truststore makes on macOS may have neither.
    code = getattr(fault, "verify_code", 0)
    if code == _EXPIRED:
        return f"has expired{_at(' on ', shown.get('notAfter'))}"
    if code == _NOT_YET:
        return f"is not valid yet{_at(', but from ', shown.get('notBefore'))}"
    if code in _OTHER_NAME:
        names = [str(value) for _, value in shown.get("subjectAltName", ())][:3]
        names = names or [each for each in (_common_name(shown.get("subject")),) if each]
        return f"is for {' and '.join(names)}" if names else "is for another name"
    issuer = _common_name(shown.get("issuer"))
    why = getattr(fault, "verify_message", "") or "it could not be verified"
    return f"is not trusted: {why}" + (f" (issued by {issuer})" if issuer else "")


def _at(before: str, date: object) -> str:
    """Write the date of a certificate, such as "Jan  1 00:00:00 2026 GMT"."""
    return f"{before}{' '.join(date.split())}" if isinstance(date, str) else ""


def _common_name(parts: Any) -> str:
    """Return how a certificate's subject or issuer is called: common name, else organization."""
    named = {key: str(value) for part in parts or () for key, value in part}
    return named.get("commonName") or named.get("organizationName") or ""


def _name(place: str) -> str:
    host = place.removeprefix(_PROXY).rpartition(":")[0]
    return f"the name {host} of the proxy" if place.startswith(_PROXY) else f"the name {host}"
