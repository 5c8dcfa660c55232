"""Gives back what a confirmed effect took, as an effect of its own."""

from inbox.ledger import Effects
from inbox.model.effect import Effect
from worker.effects.attempt import Attempt
from worker.errors import PermanentError
from worker.job import Job
from worker.revocation.client import RevocationClient
from worker.revocation.execute.balance import BalanceChange
from worker.revocation.execute.card import Known


def undo(effect: Effect, why: str, client: RevocationClient, effects: Effects, job: Job) -> Effect:
    """
    Give back what a confirmed effect took, once, and return the effect of giving it back.

    Raises:
        PermanentError: this kind of effect cannot be undone.
        PostponedError, RetryableError: not done, or not known yet: to be run again.
    """
    kind = effect.fields.get("kind")
    name, holder, customer = f"undo:{effect.id}", effect.holder, effect.customer
    fields: dict[str, str | int] = {
        "perk": effect.fields.get("perk", ""),
        "reason": why,
        "event": effect.fields.get("event", ""),
        "job": job.id,
        **_what(kind, effect),
    }
    if kind == "take" and effect.number("amount"):
        begun = effects.begin(name, holder=holder, customer=customer, fields=fields)
        change = BalanceChange(begun, client, effects, job)
        return change.make(Known(most=effect.number("amount")))
    attempt = Attempt(effects, effects.plan(name, holder=holder, customer=customer, **fields))
    attempt.repeat(lambda: {"outcome": _given_back(kind, effect, client, job)})
    return attempt.effect


def _given_back(kind: str | None, effect: Effect, client: RevocationClient, job: Job) -> str:
    if kind == "take":
        return "nothing was taken, so nothing is given back"
    if effect.fields.get("changed") != "1":
        return "nothing was changed, so nothing is changed back"
    gone = " (it is gone)" if client.enable(effect.fields["thing"], job).is_gone else ""
    return f"switched voucher {effect.fields['thing']} on again{gone}"


def _what(kind: str | None, effect: Effect) -> dict[str, str | int]:
    fields = effect.fields
    match kind:
        case "take":
            return {
                "kind": "give",
                "card": fields["card"],
                "card_type": fields["card_type"],
                "granted": effect.number("amount"),
                "name": f"undo:{fields['name']}",
            }
        case "disable":
            return {"kind": "enable", "thing": fields["thing"]}
    raise PermanentError(
        "cannot_be_undone",
        f"an effect of the kind {kind} cannot be undone here; do it where it was done",
    )
