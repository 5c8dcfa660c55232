"""Reports to Sentry, once `telemetry.sentry` has configured it; without it, nothing is loaded."""

from telemetry.places import fingerprint


_process = ""


def reports_as(process: str) -> None:
    """Begin to report, by the name of this process."""
    global _process  # noqa: PLW0603 - the SDK itself is one per process
    _process = process


def report(error: BaseException, **tags: str) -> None:
    """
    Send an unexpected error, with ids to find it by.

    Errors of one kind, in one job and one place, are one issue, whatever their line.
    """
    if not _process:
        return
    import sentry_sdk  # noqa: PLC0415 - see `telemetry.sentry`

    with sentry_sdk.isolation_scope() as scope:
        if sentry_sdk.get_current_span() is None:
            # Otherwise all errors of a thread would belong to one trace.
            scope.set_new_propagation_context()
        for name, value in tags.items():
            scope.set_tag(name, value)
        scope.fingerprint = fingerprint(error, _process, tags.get("job", ""))
        sentry_sdk.capture_exception(error)


def check_in(monitor: str, minutes: int) -> None:
    """Check in with Sentry's monitor of that name, which Sentry makes if it is new."""
    if not _process:
        return
    from sentry_sdk.crons import capture_checkin  # noqa: PLC0415 - see `telemetry.sentry`

    capture_checkin(
        monitor_slug=monitor,
        status="ok",
        monitor_config={
            "schedule": {"type": "interval", "value": minutes, "unit": "minute"},
            # In minutes; a worker that stops is replaced within them.
            "checkin_margin": 2,
            "failure_issue_threshold": 1,
            "recovery_threshold": 1,
        },
    )


def reports() -> bool:
    """Return whether anything is sent to Sentry."""
    return bool(_process)
