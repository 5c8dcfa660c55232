"""What the workers decide on a body that was reduced."""

import json
from copy import deepcopy
from dataclasses import fields, is_dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.privacy import redaction as erasing
from inbox.privacy.redaction import redacted
from schemas import (
    CANARY,
    HOLDER_ASSIGNMENT_CREATED,
    Envelope,
    HolderAssignmentDeleted,
    UnknownValue,
    UnreadableBody,
    event_class,
    load_envelope,
    load_event,
    parse_body,
)
from schemas.fields import (
    Amount,
    Choice,
    Declared,
    Flag,
    FreeObject,
    Part,
    Parts,
    PartSchema,
    Text,
    Timestamp,
    Variant,
    Whole,
    schema_of,
)
from tests import samples
from tests.unit.schemas.test_any_json import JSON, STRICT, full, places, put
from tests.unit.schemas.test_schema_structure import reachable
from tests.unit.worker.build import job
from tests.unit.worker.learned import InMemory
from tests.unit.worker.money import account, api_of, campaign, conversion, row
from tests.unit.worker.revocations import ALL, CAMPAIGN, INSIDE, NONE, earned, found
from worker.backends.crm.hubspot.contact import campaign_of, email_of, ids_of
from worker.backends.removal import describe_removal
from worker.errors import NeedsPersonError
from worker.handlers import load_handlers
from worker.revocation.decide.plan import decide
from worker.revocation.find.finder import Finder
from worker.revocation.find.needs import needs
from worker.revocation.findings import Conversion
from worker.revocation.read.statement import statement_of
from worker.run.fan_out import process


#: Free text: it is erased, and no decision may rest on it.
ERASED = [
    "name", "email", "source_id", "metadata", "code", "campaign", "description", "category",
    "target_url", "charset", "prefix", "postfix", "pattern", "amount_off_formula",
    "percent_off_formula", "fixed_amount_formula", "unit_off_formula", "unreadable",
    "next_expiration_date",
]  # fmt: skip
#: What a deleted customer was: the erasure that follows needs the id alone.
ERASED_WHOLE = [
    "description", "phone", "birthdate", "address", "summary", "loyalty", "referrals",
    "system_metadata", "assets",
]  # fmt: skip
PLACES = sorted(places(full()), key=str)
CARD = account(row(), row(amount=300))


FINDINGS = (
    found(),
    found(statements=(statement_of(CARD.card, CARD.held, CARD.rows, whole=True),)),
    found(referrer_rewards=(earned(),), conversions=(Conversion("r_1", CAMPAIGN, False, None),)),
)


def essence(value: Any, name: str = "") -> Any:
    """Return an event without what is erased; a word that no one knows is as good as another."""
    if is_dataclass(value):
        return {
            field.name: essence(getattr(value, field.name), field.name)
            for field in fields(value)
            if field.name not in ERASED_WHOLE
            and (field.name not in ERASED or is_dataclass(getattr(value, field.name)))
        }
    if isinstance(value, tuple):
        return [essence(item) for item in value]
    unknown = isinstance(value, UnknownValue) or name in {"object", "unit_type", "effect"}
    if unknown and value and value.strip() and not erasing._WORD.fullmatch(value):
        return "?"
    return value


def event_in(body: bytes) -> Any:
    """Read the event of a body."""
    return load_event(load_envelope(parse_body(body)))


def decided(event: HolderAssignmentDeleted) -> list[Any]:
    """Return what is read and decided about an event, or why nothing is."""
    reported: list[Any] = []
    still = job(at=INSIDE)
    for policies in (ALL, NONE):
        try:
            wanted = needs(event, policies)
            api = api_of(CARD, converted=(conversion(),), campaign=campaign())
            reported += [wanted, Finder(api, InMemory()).find(event, wanted, still), api.calls]
        except NeedsPersonError as error:
            reported.append(str(error))
        for each in FINDINGS:
            try:
                reported.append(decide(event, each, policies, checks=1))
            except NeedsPersonError as error:
                reported.append(str(error))
    return reported


@pytest.mark.parametrize("role", ["REFEREE", "REFERRER", "OWNER", "SOMETHING_NEW"])
@pytest.mark.parametrize("kind", ["DISCOUNT_VOUCHER", "GIFT_VOUCHER", "LOYALTY_CARD"])
@pytest.mark.parametrize("reward", [None, samples.reward("500"), samples.reward(300)])
def test_a_revocation_decides_as_before(role: str, kind: str, reward: Any) -> None:
    """Needs, search and plan are the same, from an event that is the same but for free text."""
    document = samples.assignment_deleted(role=role, voucher_type=kind, referee_reward=reward)
    body = samples.body(document)
    before, after = event_in(body), event_in(redacted(body))

    assert essence(after) == essence(before)
    assert decided(after) == decided(before)


@pytest.mark.parametrize(
    "document",
    [
        samples.assignment_deleted(),
        samples.assignment_created(),
        full(),
        samples.customer_deleted(),
    ],
    ids=["deleted", "created", "full", "customer"],
)
def test_every_event_is_the_same_but_for_free_text(document: dict[str, Any]) -> None:
    """A reduced body of each type loads, and all that is not free text is still there."""
    body = samples.body(document)

    assert essence(event_in(redacted(body))) == essence(event_in(body))


@given(st.lists(st.tuples(st.sampled_from(PLACES), JSON), min_size=1, max_size=4))
def test_an_odd_body_is_read_as_before_or_refused(changes: list[tuple[Any, Any]]) -> None:
    """Whatever stands anywhere, erasing never makes a body mean something else."""
    document = deepcopy(full())
    for path, value in changes:
        put(document, path, value)
    body = json.dumps(document).encode()

    try:
        after = event_in(redacted(body))
    except UnreadableBody:
        return
    if after is not None:
        before = event_in(body)
        assert essence(after) == essence(before)
        assert decided(after) == decided(before)


def test_a_sound_body_is_not_refused_for_its_strict_places() -> None:
    """The ids on which all rests survive: the property above is not true for want of events."""
    after = json.loads(redacted(samples.body(full())))

    for path in STRICT:
        value: Any = after
        for step in path:
            value = value[step]
        assert value


def test_processing_an_erased_body_makes_the_same_jobs() -> None:
    """Handlers, facts, identity and customer are those of the whole body."""
    for document in (samples.assignment_deleted(), samples.customer_deleted()):
        body = samples.body(document)

        assert process(redacted(body), load_handlers()) == process(body, load_handlers())


KEEPERS: dict[type[Declared[Any]], set[Any]] = {
    Text: {erasing._id, erasing._word, erasing._time, None},
    Choice: {erasing._word},
    Timestamp: {erasing._time},
    Amount: {erasing._number},
    Whole: {erasing._number, erasing._points},
    Flag: {erasing._flag},
    Part: {erasing._part},
    Parts: {erasing._part},
    Variant: {erasing._part},
    FreeObject: {None, erasing._part},
}

ROOTS: tuple[Any, ...] = (
    Envelope,
    HolderAssignmentDeleted,
    *filter(None, (event_class(HOLDER_ASSIGNMENT_CREATED), event_class(CANARY))),
)
#: Parts on which our own handlers decide. Of others, what is not named is erased.
DECIDED = {schema.makes: schema for root in ROOTS for schema in reachable(schema_of(root))}


@pytest.mark.parametrize("schema", DECIDED.values(), ids=[kind.__name__ for kind in DECIDED])
def test_every_field_is_either_kept_in_its_form_or_free_text(schema: PartSchema[Any]) -> None:
    """A field that is added to a schema must be decided on: kept, or named as erased."""
    for name, field in schema.fields.items():
        kept = erasing._KEPT.get(name)

        if name == "campaign" and isinstance(field, Text):
            continue  # The campaign's name on a voucher; the object's name is kept.
        assert kept in KEEPERS[type(field)], name  # type: ignore[index]
        assert (kept is None) == (name in set(ERASED) - {"campaign", "next_expiration_date"}), name


def test_a_word_no_one_knows_stays_unknown() -> None:
    """No decision continues to another field because a word that it could not take was erased."""
    document = samples.assignment_deleted()
    document["data"]["holder"]["voucher_type"] = "a new kind of Ada Quill's"

    event = event_in(redacted(samples.body(document)))

    assert event.holder.voucher_type == UnknownValue("?")
    with pytest.raises(NeedsPersonError, match="voucher_type is unknown"):
        needs(event, ALL)


def test_what_is_sent_of_an_erased_event_is_ids() -> None:
    """The shop's services and the CRM get null for what is erased, and the ids as before."""
    body = samples.body(samples.assignment_deleted())
    before, after = event_in(body), event_in(redacted(body))
    reported = describe_removal(before)
    reported["customer"]["source_id"] = reported["campaign"]["name"] = None

    assert describe_removal(after) == reported
    assert ids_of(after) == ["cust_adaQuill000001"]
    assert email_of(after) is None
    assert campaign_of(after) == samples.CAMPAIGN
