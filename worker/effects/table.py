"""Effects of the ledger as a table or JSON for support."""

from collections.abc import Iterable
from typing import Any

from rich.console import RenderableType
from rich.markup import escape
from rich.table import Table

from inbox.model.effect import PERKS, Effect, EffectState


def table(found: Iterable[Effect]) -> RenderableType:
    """Return a table of effects, oldest first."""
    rows = Table(
        "effect", "state", "when", "what", "from", "amount", "granted", "event", title="Effects"
    )
    rows.columns[0].overflow = "fold"
    for effect in found:
        plain = as_plain(effect)
        rows.add_row(
            *(
                escape(str(plain[name] if plain[name] is not None else "-"))
                for name in ("id", "state", "when", "what", "from", "amount", "granted", "event")
            )
        )
    return rows


def as_plain(effect: Effect) -> dict[str, Any]:
    """Return an effect as JSON: amounts in cents or points, times in ISO 8601."""
    fields = effect.fields
    when = effect.at(EffectState.CONFIRMED) or effect.at(EffectState.PLANNED)
    return {
        "id": effect.id,
        "state": effect.state.value,
        "when": when.isoformat(timespec="milliseconds") if when else None,
        "what": PERKS.get(fields.get("perk", ""), fields.get("perk")),
        "kind": fields.get("kind"),
        "from": fields.get("card") or fields.get("thing"),
        "amount": effect.number("amount") if "amount" in fields else None,
        "granted": effect.number("granted") if "granted" in fields else None,
        "shortfall": effect.number("shortfall") if "shortfall" in fields else None,
        "why": fields.get("reason"),
        "outcome": fields.get("outcome"),
        "transaction": fields.get("transaction") or None,
        "holder": effect.holder,
        "customer": effect.customer,
        "event": fields.get("event"),
        "job": fields.get("job"),
    }
