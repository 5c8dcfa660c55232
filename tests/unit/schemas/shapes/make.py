"""
Makes `shapes.json` from Voucherify's published webhook specification.

    python -m tests.unit.schemas.shapes.make OpenAPIWebhooks.json

The file is reference/OpenAPIWebhooks.json of github.com/voucherifyio/voucherify-openapi;
shapes.json was made of version 2024-01-01, at 65c33a7. Made again of a newer one,
`git diff` shows what Voucherify has changed, and the tests what is not read yet.
"""

import json
from pathlib import Path
from typing import Any, Final

import click

from tests.unit.schemas.shapes.examples import Departures
from tests.unit.schemas.shapes.published import Components


SHAPES: Final = Path(__file__).with_name("shapes.json")
# Names that webhooks carry where the specification's own key is another.
RENAMED: Final = {"distribution.manual_distribution_schedule": "manual_distribution_schedule"}


def event_type(key: str) -> str:
    """Turn `EVENTS.VOUCHER.CREATED` into `voucher.created`."""
    name = key.removeprefix("EVENTS.").lower().replace("bus_val_rule", "business_validation_rule")
    return RENAMED.get(name, name)


def shapes_of(specification: dict[str, Any]) -> dict[str, Any]:
    """Describe the `data` of every event."""
    components = Components(specification["components"]["schemas"])
    events = {}
    for key, webhook in specification["webhooks"].items():
        content = webhook["post"]["requestBody"]["content"]["application/json"]
        node = components.node(content["schema"], key)
        departures = Departures(components)
        for example in content["examples"].values():
            departures.note(example["value"], node)
        found = {name: value for name, value in departures.found() if value}
        events[event_type(key)] = {"data": node, **found}
    return {
        "version": specification["info"]["version"],
        "events": dict(sorted(events.items())),
        "shapes": dict(sorted(components.shapes.items())),
        "unions": dict(sorted(components.unions.items())),
        "closed": sorted(components.closed),
    }


@click.command()
@click.argument("specification", type=click.File("rb"))
def main(specification: Any) -> None:
    """Write shapes.json from a SPECIFICATION."""
    shapes = shapes_of(json.load(specification))
    SHAPES.write_text(json.dumps(shapes, indent=1) + "\n", encoding="utf-8")
    click.echo(f"{len(shapes['events'])} events, {len(shapes['shapes'])} shapes")


if __name__ == "__main__":
    main()
