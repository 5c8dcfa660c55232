import json

from tests.integration.worker.station import Station
from tests.samples import PERSONAL, assignment_deleted, body


def _without_holder_id() -> bytes:
    document = assignment_deleted(1001)
    del document["data"]["holder"]["id"]
    return body(document)


def _nested_junk() -> bytes:
    junk = '{"k":[' * 40 + "1" + "]}" * 40
    text = "[" + ",".join([junk] * ((1 << 20) // len(junk))) + "]"
    return f'{{"junk":{text}}}'.encode()[: 1 << 20]


def _junk_in_place() -> bytes:
    junk = json.dumps({str(number): [number] * 9 for number in range(20_000)})
    return f'{{"event":{junk},"data":{junk}}}'.encode()


#: body, reason, and what the error says of the place.
POISON = {
    "not json": (b"<xml>Ada Quill</xml>", "not_json", "line 1, column 1"),
    "deep": (b"[" * 100_000 + b"]" * 100_000, "too_deep", "line 1, column 101"),
    "deep, cut off": (b"[" * 100_000, "too_deep", "line 1, column 101"),
    "not utf-8": (b'{"id":"\xc3\x28"}', "not_utf8", "offset 7"),
    "long number": (b'{"id":' + b"9" * 5000 + b"}", "number_too_long", "at id"),
    "empty object": (b"{}", "missing_field", "event is missing"),
    "missing field": (_without_holder_id(), "missing_field", "data.holder.id is missing"),
    "duplicate key": (b'{"event":{"id":"a","id":"b"}}', "duplicate_key", "event"),
    "junk cut off": (_nested_junk(), "not_json", "line 1, column 10485"),
    "junk in place": (_junk_in_place(), "missing_field", "event.id is missing"),
    "empty": (b"", "not_json", "it is empty"),
    "string": (json.dumps(PERSONAL[0]).encode(), "not_an_object", "not an object"),
    "nan": (b'{"event":{"id":NaN}}', "not_json", "event.id"),
}


def test_poison_fails_and_the_worker_continues(worker_station: Station) -> None:
    """Each poison fails with its reason and place; the same process handles the next event."""
    pid = worker_station.worker.process.pid
    jobs = {
        name: worker_station.intake.accept(raw).delivery + ":process"
        for name, (raw, _, _) in POISON.items()
    }
    referee = worker_station.shop.scenario()["referees"][0]
    good = worker_station.intake.accept(worker_station.shop.removal(referee["holder"])).delivery

    for name, (_, reason, place) in POISON.items():
        found = worker_station.in_state(jobs[name], "failed")
        assert (found.reason, found.tries) == (reason, 1), name
        assert found.error, name
        assert place in found.error, name
        assert not any(text in found.error for text in PERSONAL), name
    assert worker_station.outcome(good, "revoke_referral_perks").startswith("took back 500")
    assert worker_station.outcome(good, "notify_crm") == "the CRM service took the note"
    assert worker_station.worker.process.poll() is None
    assert {each["pid"] for each in worker_station.events if "pid" in each} == {pid}


def test_a_role_that_is_not_known_fails_where_it_decides(worker_station: Station) -> None:
    """The take-back goes to a person, and the CRM hears of the removal all the same."""
    referee = worker_station.shop.scenario()["referees"][0]
    raw = worker_station.shop.removal(referee["holder"]).replace(b"REFEREE", b"GODPARENT")

    delivery = worker_station.intake.accept(raw).delivery

    assert worker_station.outcome(delivery, "notify_crm") == "the CRM service took the note"
    found = worker_station.in_state(f"{delivery}:revoke_referral_perks", "failed")
    assert found.reason == "needs_a_person"
    assert "data.holder.holder_role" in (found.error or "")
    assert worker_station.shop.requests("voucherify") == []


def test_no_poison_is_acknowledged_into_nothing(worker_station: Station) -> None:
    """A poison's body is kept byte for byte until an operator decides."""
    raw = b"\xff\x00 poison to be kept"

    delivery = worker_station.intake.accept(raw).delivery

    worker_station.in_state(f"{delivery}:process", "failed")
    assert worker_station.desk.body(delivery) == raw
    assert worker_station.command("discard", f"{delivery}:process", "--why", "test").returncode == 0
    assert worker_station.desk.body(delivery) is None
