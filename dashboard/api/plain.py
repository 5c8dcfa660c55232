"""Views as JSON for the tab's API: times in ISO 8601, in UTC."""

from dataclasses import asdict
from typing import Any

from inbox.admin.decisions import Page, Preview
from inbox.admin.selection import Group, Row
from inbox.model.effect import PERKS, Effect, EffectState
from inbox.model.time import moment


def row(found: Row) -> dict[str, Any]:
    """Describe a job of a list."""
    return found._asdict() | {
        "since": _time(found.since),
        "next_try": None if found.next_try is None else _time(found.next_try),
    }


def group(found: Group) -> dict[str, Any]:
    """Describe a fault."""
    return asdict(found) | {"first": _time(found.first), "last": _time(found.last)}


def page(found: Page) -> dict[str, Any]:
    """Describe one page of a list."""
    return {
        "jobs": [row(each) for each in found.rows],
        "total": found.total,
        "page": found.page,
        "pages": found.pages,
        "groups": [group(each) for each in found.groups],
        "choices": found.choices,
    }


def preview(found: Preview) -> dict[str, Any]:
    """Describe what a decision would do."""
    return {
        "action": found.action,
        "matching": found.matching,
        "jobs": len(found.tasks),
        "by_handler": found.by_handler,
        "by_reason": found.by_reason,
        "groups": found.by_group,
        "oldest": found.oldest.isoformat(timespec="seconds") if found.oldest else None,
        "effects_begun": found.begun,
        "filter": found.wanted.words() if found.wanted else None,
        "would": WOULD[found.action],
    }


def effect(found: Effect) -> dict[str, Any]:
    """Describe an effect, by ids, amounts and times."""
    fields = found.fields
    when = found.at(EffectState.CONFIRMED) or found.at(EffectState.PLANNED)
    return {
        "id": found.id,
        "state": found.state.value,
        "when": when.isoformat(timespec="milliseconds") if when else None,
        "what": PERKS.get(fields.get("perk", ""), fields.get("perk")),
        "from": fields.get("card") or fields.get("thing"),
        "amount": found.number("amount") if "amount" in fields else None,
        "job": fields.get("job"),
    }


#: What each decision does, for the preview.
WOULD = {
    "retry": "Each job is sent to its queue again, with all its tries. An effect that is noted "
    "in the ledger is not made a second time.",
    "discard": "These jobs are never done. If it is the last job of its delivery, the delivery is "
    "completed and its body dropped. This cannot be undone.",
    "release": "Each job runs as soon as a worker is free, past the rate cap.",
}


def _time(milliseconds: int) -> str:
    return moment(milliseconds).isoformat(timespec="milliseconds")
