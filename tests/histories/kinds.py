"""Kinds of awkward answers and of calls, and what perkhook makes of the one to the other."""

import json
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from functools import cache
from typing import Final, TypeAlias

from sandbox.faults.catalogue import CATALOGUE
from sandbox.faults.fault import Fault, applied
from tests.histories.flows import Played
from worker.http_client.answers import ACCOUNT


class Kind(StrEnum):
    """Kinds of answers, as docs/answers.md lists them."""

    REFUSAL = "its own 400, 405, 413, 415, 422"
    ACCOUNT = "its own 401, 402, 403"
    BUSY = "its own 409, 423"
    LIMIT = "its own 429"
    OTHER = "its own 404 about something else, or that names nothing"
    LATE = "its own 408"
    BROKEN = "its own 500, 502, 503, 504"
    FOREIGN_4XX = "a 4xx from another machine, except 429"
    FOREIGN_429 = "a 429 from another machine"
    FOREIGN_5XX = "a 5xx from another machine"
    NO_RESULT = "a 2xx that is not what the call returns"
    REDIRECT = "a redirect"
    NONE = "no answer"


class To(StrEnum):
    """Kinds of calls, as docs/answers.md lists them."""

    READ = "a read"
    BALANCE = "a balance change"
    SWITCH = "switching off, or on again"
    ROLLBACK = "a rollback"
    MARK = "the mark"


class Outcome(StrEnum):
    """What becomes of the job."""

    FAILS = "the job fails"
    PERSON = "a person decides"
    UNMARKED = "done without the mark"
    PAUSES = "all jobs pause for 5 min"
    WAITS = "all jobs wait as it says"
    AGAIN = "tried again"
    FOUND = "found when read back"
    RESENT = "not found for 5 min, sent again"


#: What was seen: to which call, which answer, and what became of the job.
Table: TypeAlias = Mapping[tuple[To, Kind], set[Outcome]]

_OWN: Final = {404: Kind.OTHER, 408: Kind.LATE, 429: Kind.LIMIT, 409: Kind.BUSY, 423: Kind.BUSY}


@cache
def kind_of_answer(name: str) -> Kind:
    """Return the kind of an answer of the catalogue."""
    answer = CATALOGUE[name]
    if answer.status is None:
        return Kind.NONE
    if answer.status < 400:
        return Kind.NO_RESULT if answer.status < 300 else Kind.REDIRECT
    try:
        body = json.loads(answer.body or b"")
    except ValueError:
        body = None
    if isinstance(body, dict) and body.get("code") == answer.status:
        if answer.status >= 500:
            return Kind.BROKEN
        own = Kind.ACCOUNT if answer.status in ACCOUNT else Kind.REFUSAL
        return _OWN.get(answer.status, own)
    if answer.status == 429:
        return Kind.FOREIGN_429
    return Kind.FOREIGN_4XX if answer.status < 500 else Kind.FOREIGN_5XX


def answers(*, changes: bool) -> Iterator[tuple[str, Fault]]:
    """List every awkward answer; those by which a change may have been made, both ways."""
    for name, fault in CATALOGUE.items():
        yield name, fault
        if changes and kind_of_answer(name) in {Kind.FOREIGN_4XX, Kind.FOREIGN_429}:
            # Who refuses in front of Voucherify may have passed the call on all the same.
            yield f"{name}, applied", applied(fault)


def sample(found: Iterable[tuple[str, Fault]], number: int) -> Iterator[tuple[str, Fault]]:
    """Choose one of each kind, and every eighth, by the number of the call."""
    seen: dict[Kind, list[tuple[str, Fault]]] = {}
    for each in found:
        seen.setdefault(kind_of_answer(each[0].removesuffix(", applied")), []).append(each)
    for alike in seen.values():
        yield from alike[number % min(len(alike), 8) :: 8]


def to(kinds: list[str], number: int, came_to: Outcome) -> To:
    """Return the kind of a call, by the calls that were made and what it came to."""
    kind, following = kinds[number - 1], (*kinds[number:], "")[0]
    marks = following in {"PUT customers", "GET customers"} or came_to is Outcome.UNMARKED
    if kind == "PUT customers" or (kind == "GET customers" and marks):
        return To.MARK
    return {
        "POST vouchers/balance": To.BALANCE,
        "POST vouchers/disable": To.SWITCH,
        "POST vouchers/enable": To.SWITCH,
        "POST redemptions/rollback": To.ROLLBACK,
    }.get(kind, To.READ)


def outcome(played: Played, clean: Played) -> Outcome:
    """Return what an answer came to, against a run in which it did not come."""
    if failed := [each for each in played.failed if each not in clean.failed]:
        return Outcome.PERSON if failed[0].startswith("needs_a_person") else Outcome.FAILS
    if any("not marked: " in each for each in played.said):
        return Outcome.UNMARKED
    usual = {reason for reason, _ in clean.waits}
    waits = [each for each in played.waits if each[0] not in usual]
    assert waits, "the answer was believed"
    if any(reason == "voucherify_unknown_outcome" for reason, _ in waits):
        sent = [each.kinds.count("POST vouchers/balance") for each in (played, clean)]
        return Outcome.RESENT if sent[0] > sent[1] else Outcome.FOUND
    if any(reason == "voucherify_answered_429" for reason, _ in waits):
        return Outcome.WAITS
    return Outcome.PAUSES if max(seconds for _, seconds in waits) >= 300 else Outcome.AGAIN


def render(table: Table) -> list[str]:
    """Write the table as docs/answers.md has it."""
    head = ["answer", *To]
    lines = [f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    for kind in Kind:
        cells = ["; or ".join(each for each in Outcome if each in table[to, kind]) for to in To]
        lines.append(f"| {' | '.join([kind, *cells])} |")
    return lines


def read(lines: Iterable[str]) -> dict[tuple[To, Kind], set[Outcome]]:
    """Read what `render` wrote."""
    found = {}
    for line in list(lines)[2:]:
        kind, *cells = (each.strip() for each in line.strip("|\n").split("|"))
        for column, cell in zip(To, cells, strict=True):
            found[column, Kind(kind)] = {Outcome(each) for each in cell.split("; or ")}
    return found
