"""What may be sent to Sentry: of all that the SDK collects, only what is named here."""

from typing import Any, Final

from telemetry.safe_errors import SafeMessageError, chain


#: Fields of errors, transactions and check-ins. Not among them, as examples: request, user,
#: extra, breadcrumbs, message, logentry, server_name, modules.
_LEAVES: Final = frozenset(
    {
        *("event_id", "type", "timestamp", "start_timestamp", "level", "platform", "sdk"),
        *("release", "environment", "tags", "fingerprint", "exception", "contexts"),
        *("transaction", "transaction_info", "spans"),
        *("check_in_id", "monitor_slug", "monitor_config", "status", "duration"),
    }
)


def without_surroundings(event: Any, _context: dict[str, Any]) -> Any:
    """Drop every field that is not known to be free of data."""
    for name in [name for name in event if name not in _LEAVES]:
        del event[name]
    if "contexts" in event:
        event["contexts"] = {
            name: value for name, value in event["contexts"].items() if name == "trace"
        }
    return event


def without_foreign_messages(event: Any, context: dict[str, Any]) -> Any:
    """Keep each exception's type and places, and its message only if it is ours."""
    ours: set[str] = set()
    for link in chain((context.get("exc_info") or (None, None))[1]):
        if isinstance(link, SafeMessageError):
            ours.add(str(link))
    for value in (event.get("exception") or {}).get("values", ()):
        if value.get("value") not in ours:
            value["value"] = ""
        for frame in (value.get("stacktrace") or {}).get("frames", ()):
            # Its path on the machine.
            frame.pop("abs_path", None)
    return without_surroundings(event, context)
