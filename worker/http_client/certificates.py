"""Which CAs are trusted: the system's, or those of SSL_CERT_FILE or SSL_CERT_DIR."""

import ssl
from functools import lru_cache
from typing import Any

import httpcore2

from worker.http_client.environment import EnvironmentValueError


@lru_cache(maxsize=1)
def trusted() -> ssl.SSLContext:
    """
    Make the context of all TLS connections of this process, once.

    Raises:
        EnvironmentValueError: SSL_CERT_FILE or SSL_CERT_DIR names no readable certificates.
    """
    try:
        context = httpcore2.default_ssl_context()
    except OSError:
        raise EnvironmentValueError(
            "SSL_CERT_FILE or SSL_CERT_DIR must name readable certificates in PEM"
        ) from None
    # Python 3.13 refuses many a company's CA for a missing key identifier or a flag that is not
    # critical (python/cpython#107361); browsers and curl take them.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    if type(context) is ssl.SSLContext:
        context.sslsocket_class = _Socket
    return context


class _Socket(ssl.SSLSocket):
    """Keeps what a refused certificate says: after the handshake it cannot be read."""

    def do_handshake(self, block: bool = False) -> None:
        try:
            super().do_handshake(block)
        except ssl.SSLCertVerificationError as error:
            error.__dict__["shown"] = _shown(self)
            raise


def shown_by(error: ssl.SSLCertVerificationError) -> dict[str, Any]:
    """Return what a refused certificate says of itself, in `getpeercert`'s form; else {}."""
    shown: dict[str, Any] = error.__dict__.get("shown", {})
    return shown


def _shown(sock: ssl.SSLSocket) -> dict[str, Any]:
    # The public method gives no names before Python 3.13, and bytes since; without this private
    # one the sentence is the same but for the names.
    try:
        chain = sock._sslobj.get_unverified_chain()  # type: ignore[attr-defined]  # noqa: SLF001
        shown: dict[str, Any] = chain[0].get_info()
    except (AttributeError, IndexError, TypeError, OSError):
        return {}
    return shown
