import hmac
import json
from datetime import UTC, datetime

import pytest

from schemas import CANARY, load_envelope, parse_body
from settings.reader import Reader, SettingsError
from tests.samples import PERSONAL
from worker.handlers import load_handlers
from worker.periodic.canary import canary_body
from worker.run.fan_out import process
from worker.settings.periodic import CanarySettings


RIGHT = {
    "CANARY_INTERVAL_SECONDS": "60",
    "CANARY_URL": "https://perks.example.test/webhooks/voucherify",
    "CANARY_SECRET": "insecure-secret-for-a-test",
}


def test_a_canary_is_off_unless_it_has_an_interval() -> None:
    """Address and secret alone send nothing."""
    reader = Reader({name: RIGHT[name] for name in ("CANARY_URL", "CANARY_SECRET")})

    assert CanarySettings.read(reader) is None
    reader.finish()


def test_the_settings_hide_the_secret() -> None:
    """What is logged of the settings by accident holds no secret."""
    found = CanarySettings.read(Reader(RIGHT))

    assert found
    assert (found.interval_seconds, found.url) == (60, RIGHT["CANARY_URL"])
    assert RIGHT["CANARY_SECRET"] not in repr(found)


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"CANARY_URL": ""}, "CANARY_URL is required"),
        ({"CANARY_SECRET": ""}, "CANARY_SECRET is required"),
        ({"CANARY_SECRET": "too-short"}, "CANARY_SECRET must be"),
        ({"CANARY_URL": "perks.example.test"}, "CANARY_URL must be"),
        ({"CANARY_INTERVAL_SECONDS": "0"}, "CANARY_INTERVAL_SECONDS must be"),
    ],
)
def test_a_wrong_canary_stops_the_worker_at_its_start(wrong: dict[str, str], named: str) -> None:
    """One that is never accepted would be an alert in the night instead."""
    reader = Reader({**RIGHT, **wrong})
    CanarySettings.read(reader)

    with pytest.raises(SettingsError) as caught:
        reader.finish()

    assert len(caught.value.problems) == 1
    assert caught.value.problems[0].startswith(named)


def test_a_canary_reaches_its_own_handler_and_no_other() -> None:
    """The shop's handlers never see one, and nothing personal is in it."""
    at = datetime(2026, 3, 4, 5, 6, 7, 891000, UTC)
    body = canary_body(at, "0123456789abcdef")

    pending = process(body, load_handlers())

    assert pending.handlers == (("note_canary", "canary"),)
    assert (pending.identity, pending.customer) == ("", "")
    assert load_envelope(parse_body(body)).event.created_at == at
    assert json.loads(pending.facts)["event_type"] == CANARY == pending.ids["event_type"]
    assert not any(word.encode() in body for word in PERSONAL)
    assert CANARY not in {
        wanted
        for name, handler in load_handlers().by_name.items()
        for wanted in handler.event_types
        if name != "note_canary"
    }


def test_two_canaries_are_never_the_same_webhook() -> None:
    """Each has another id and so another digest, even in the same millisecond."""
    now = datetime.now(UTC)

    assert len({hmac.digest(b"", canary_body(now, f"{n:x}"), "sha256") for n in range(3)}) == 3
