"""How shapes are taken from a specification, shown by a small one; and what bodies they give."""

from random import Random
from types import SimpleNamespace
from typing import Any, Final

import pytest

from tests.unit.schemas.shapes.bodies import EVENT_TYPES, PUBLISHED, Bodies, members
from tests.unit.schemas.shapes.examples import Departures
from tests.unit.schemas.shapes.make import event_type, shapes_of


def _reference(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _object(properties: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, **more}


TEA: Final = {
    "leaf": {"type": "string", "enum": ["GREEN", "BLACK"]},
    "picked_at": {"type": "string", "format": "date-time", "nullable": True},
    "grams": {"type": "number"},
    "notes": {"type": "object"},
}
GUESTS: Final = _object({"sugar": {"type": "boolean"}})
DATA: Final = {
    "drink": _reference("Drink"),
    "pots": {"type": "array", "items": {"allOf": [_reference("Pot")], "nullable": True}},
    "by_guest": {"type": "object", "additionalProperties": GUESTS},
}
EXAMPLE: Final = {
    "drink": {"leaf": "WHITE", "grams": 2, "cup": {"size": 1}},
    "pots": [{"leaf": "GREEN", "cups": None}],
    "by_guest": {"g1": {"sugar": "two", "milk": None}},
    "notes": None,
}
CONTENT: Final = {"schema": _reference("Data"), "examples": {"one": {"value": EXAMPLE}}}
SPECIFICATION: Final[dict[str, Any]] = {
    "info": {"version": "2000-01-01"},
    "components": {
        "schemas": {
            "Tea": _object(TEA, required=["leaf"]),
            "Pot": {
                "allOf": [_reference("Tea"), _object({"cups": {"type": "integer"}})],
                "required": ["cups"],
            },
            "Drink": {"oneOf": [_reference("Tea"), _reference("Pot")]},
            "Data": _object(DATA),
        }
    },
    "webhooks": {
        "EVENTS.BUS_VAL_RULE.TEA.MADE": {
            "post": {"requestBody": {"content": {"application/json": CONTENT}}}
        }
    },
}


def test_a_specification_is_described_by_names_and_types() -> None:
    """Parts are merged, unions and maps kept, and where examples depart is noted."""
    shapes = shapes_of(SPECIFICATION)

    tea = {"!leaf": "=GREEN|BLACK", "picked_at": "?date-time", "grams": "number", "notes": "object"}
    assert shapes == {
        "version": "2000-01-01",
        "events": {
            "business_validation_rule.tea.made": {
                "data": "@Data",
                "nulls": ["pots[].cups"],
                "extra": {
                    "by_guest.*.milk": "null",
                    "drink.cup": "object",
                    "drink.cup.size": "integer",
                    "notes": "null",
                },
                "other": {"by_guest.*.sugar": "string", "drink.leaf": "string"},
            }
        },
        "shapes": {
            "Data": {"drink": "@Drink", "pots": "[?@Pot]", "by_guest": "{@Data.by_guest}"},
            "Data.by_guest": {"sugar": "boolean"},
            "Pot": tea | {"!cups": "integer"},
            "Tea": tea,
        },
        "unions": {"Drink": {"of": ["@Tea", "@Pot"]}},
        "closed": [],
    }


def test_the_distribution_event_has_the_name_that_webhooks_carry() -> None:
    """The specification's key is not always the type of the event."""
    name = event_type("EVENTS.DISTRIBUTION.MANUAL_DISTRIBUTION_SCHEDULE")

    assert name == "manual_distribution_schedule"
    assert name in EVENT_TYPES


@pytest.mark.parametrize("kept", [0.0, 0.3, 1.0])
def test_bodies_without_liberties_keep_to_the_shapes(kept: float) -> None:
    """What is required is there, nothing is null or new: the rest is what a test asks for."""
    published: Any = SimpleNamespace(
        unions=PUBLISHED["unions"],
        shapes={
            name: {member.name: member.node for member in members(name)}
            for name in PUBLISHED["shapes"]
        },
    )
    for name in EVENT_TYPES:
        found = Departures(published)
        data = Bodies(event_type=name, random=Random(kept), kept=kept).data()
        found.note(data, PUBLISHED["events"][name]["data"])
        assert (found.nulls, dict(found.extra)) == (set(), {})
        required = members(PUBLISHED["events"][name]["data"].removeprefix("@"))
        assert {each.name for each in required if each.required} <= data.keys()


def test_bodies_take_every_liberty_that_is_allowed() -> None:
    """Nulls of the examples, fields of the examples, new fields and new words do occur."""
    holder = "customer.holder.assignment.deleted"
    seen: set[str] = set()
    for number in range(200):
        body = Bodies(event_type=holder, random=Random(number), liberties=0.3).body()
        campaign = body["data"].get("campaign") or {}
        discount = ((campaign.get("voucher") or {}).get("discount")) or {}
        seen |= {f"null {name}" for name, value in campaign.items() if value is None}
        seen |= {"documented extra"} if "units" in discount and not discount["units"] else set()
        seen |= {"new field"} if any(name.startswith("new_") for name in campaign) else set()
        seen |= {"new word"} if campaign.get("type") == "A_NEW_ONE" else set()
        seen |= {body["source"]["object"]}
    assert seen >= {
        "null start_date",
        "null category",
        "documented extra",
        "new field",
        "new word",
        "webhook",
        "distribution",
    }
    assert "null name" not in seen, "no example has it, and the specification forbids it"
