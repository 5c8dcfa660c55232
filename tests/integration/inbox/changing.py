"""Shorthand for balance changes in the ledger."""

from typing import Any

from inbox.ledger import Effects
from inbox.model.effect import Begun, Effect, EffectState


def begin(
    effects: Effects, effect: str = "e1", card: str = "card", grant: str = "", **more: Any
) -> Begun:
    """Note a change of a card, of a grant if it takes one back, and ask for the card."""
    ask = bool(more.pop("ask_intact", False))
    fields = {"card": card, **({"grant": grant} if grant else {}), **more}
    return effects.begin(effect, holder="h1", customer="c1", fields=fields, ask_intact=ask)


def moved(
    effects: Effects,
    effect: Effect,
    to: EffectState,
    *,
    free: bool = False,
    left: int | None = None,
) -> Effect:
    """Let a change continue from the state that it was seen in."""
    found = effects.move_change(effect, to, since=(effect.state,), fields={}, free=free, left=left)
    assert found
    return found
