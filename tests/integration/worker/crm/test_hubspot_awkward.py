"""Each call to HubSpot, answered by each awkward answer: nothing is done, lost or done twice."""

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

import httpx2
import pytest

from sandbox.inprocess import InProcess
from tests.awkward import AWKWARD, Awkward
from tests.integration.worker.crm.account import ID_PROPERTY
from tests.samples import PERSONAL
from tests.unit.worker.build import client, job, removal
from worker.backends.crm.hubspot.backend import HubSpotCrm
from worker.backends.crm.hubspot.client import HubSpotClient
from worker.backends.crm.hubspot.command import ensure
from worker.backends.crm.hubspot.properties import definitions
from worker.backends.crm.hubspot.refusals import UNKNOWN_OUTCOME_WAIT_SECONDS
from worker.errors import RetryableError


#: The calls of a job: method and path.
READ_CONTACTS = "POST */objects/*/contacts/batch/read"
UPDATE = "PATCH */objects/*/contacts/*"
LIST_NOTES = "POST */associations/*/batch/read"
READ_NOTES = "POST */objects/*/notes/batch/read"
MAKE_NOTE = "POST */objects/*/notes"

#: Those of the set-up.
CREATE = "POST */properties/*/contacts"
READ = "GET */properties/*/contacts/*"


@dataclass
class Line:
    """The way to HubSpot, on which one call meets an awkward answer once."""

    shop: InProcess
    call: str = ""
    awkward: Awkward | None = None
    applied: bool = False

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        """Answer, awkwardly if it is the call's turn."""
        here = httpx2.Request(
            request.method, request.url, headers=request.headers, content=request.content
        )
        if self.awkward is None or not fnmatchcase(
            f"{request.method} {request.url.path}", self.call
        ):
            return self.shop.transport.handle_request(here)
        awkward, self.awkward = self.awkward, None
        if self.applied:
            self.shop.transport.handle_request(here)
        return awkward.response(request)

    def api(self) -> HubSpotClient:
        """Make a client that goes this way."""
        token = self.shop.settings.hubspot_token
        return HubSpotClient("http://sandbox", token, client=client(self))


@pytest.fixture(scope="module")
def shop() -> InProcess:
    """The stand-in, built once."""
    return InProcess()


@pytest.fixture
def line(shop: InProcess) -> Iterator[Line]:
    """A way to an account that is ready, with a contact who has one note."""
    shop.reset()
    hubspot = shop.world.hubspot
    for each in definitions(ID_PROPERTY):
        hubspot.add_property(each)
    contact = hubspot.add_contact({ID_PROPERTY: PERSONAL[2]})
    hubspot.add_note({"hs_timestamp": "2025-01-01T00:00:00Z", "hs_note_body": "x"}, [contact.id])
    made = Line(shop)
    yield made
    assert made.awkward is None, "the call was made"


@pytest.mark.parametrize("awkward", AWKWARD, ids=str)
@pytest.mark.parametrize(
    ("call", "applied"),
    [
        (READ_CONTACTS, False),
        (UPDATE, False),
        (UPDATE, True),
        (LIST_NOTES, False),
        (READ_NOTES, False),
        (MAKE_NOTE, False),
        (MAKE_NOTE, True),
    ],
)
def test_an_awkward_answer_is_tried_again_and_one_note_stands_in_the_end(
    line: Line, awkward: Awkward, call: str, applied: bool
) -> None:
    """The run ends as one to be repeated, reports no other call's end, and pauses nothing."""
    crm = HubSpotCrm(line.api(), ID_PROPERTY)
    line.call, line.awkward, line.applied = call, awkward, applied

    with pytest.raises(RetryableError) as caught:
        crm.note_removal(removal(), job())

    assert caught.value.pause_seconds is None
    assert caught.value.outage
    assert "scope" not in str(caught.value)
    if call == MAKE_NOTE:
        assert caught.value.reason == "hubspot_unknown_outcome"
        assert (caught.value.retry_after_seconds or 0) >= UNKNOWN_OUTCOME_WAIT_SECONDS
    noted_before = call == MAKE_NOTE and applied
    assert _notes(line) == noted_before
    outcome = crm.note_removal(removal(), job())
    assert outcome.startswith("noted before" if noted_before else "noted on")
    assert _notes(line) == 1
    (contact,) = line.shop.world.hubspot.contacts.values()
    assert contact.properties["perkhook_last_removal_holder"] == removal().holder.id


@pytest.mark.parametrize("awkward", AWKWARD, ids=str)
@pytest.mark.parametrize(("call", "applied"), [(CREATE, False), (CREATE, True), (READ, False)])
def test_the_set_up_reports_no_property_that_no_one_has_seen(
    line: Line, awkward: Awkward, call: str, applied: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    """An awkward answer ends the set-up with a sentence; run again, it finds or creates all."""
    wanted = definitions("another_id")[0] if call == CREATE else definitions(ID_PROPERTY)[0]
    line.call, line.awkward, line.applied = call, awkward, applied

    with pytest.raises(RetryableError):
        ensure(line.api(), wanted)

    assert capsys.readouterr() == ("", "")
    assert ensure(line.api(), wanted)
    words = "created" if call == CREATE and not applied else "there already"
    assert capsys.readouterr().out == f"{wanted['name']}: {words}\n"


def _notes(line: Line) -> int:
    marker = f"[perkhook:{removal().holder.id}]"
    notes = line.shop.world.hubspot.notes.values()
    return sum(marker in each.properties["hs_note_body"] for each in notes)
