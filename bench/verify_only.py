"""
The `web` process without the accept step: what all the rest of an answer costs.

Body and headers are read, the signature is verified, the webhook is counted and logged and answered
202; nothing is stored.
"""

from inbox.intake import Accepted, Intake
from receiver.__main__ import main


_ACCEPTED = Accepted("0" * 32, "perkhook:delivery:", duplicate=False)


def _store_nothing(_self: Intake, _body: bytes, _trace: str = "") -> Accepted:
    return _ACCEPTED


if __name__ == "__main__":
    # The server's processes are forked from this one.
    Intake.accept = _store_nothing  # type: ignore[assignment, method-assign]
    main()
