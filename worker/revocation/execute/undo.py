from inbox.ledger import Effects
from inbox.model.effect import Effect, EffectState
from worker.errors import PermanentError, RetryableError
from worker.job import Job
from worker.revocation.client import Answer, RevocationClient
from worker.revocation.execute.balance import BalanceChange, Known


_OPEN = tuple(state for state in EffectState if state is not EffectState.CONFIRMED)


def undo(effect: Effect, why: str, client: RevocationClient, effects: Effects, job: Job) -> Effect:
    """
    Give back what a confirmed effect took; it is an effect of its own and happens once.

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
    undoing = effects.plan(name, holder=holder, customer=customer, **fields)
    if undoing.state is EffectState.CONFIRMED:
        return undoing
    if kind == "take":
        return _confirm(effects, undoing, "nothing was taken, so nothing is given back")
    if effect.fields.get("changed") != "1":
        return _confirm(effects, undoing, "nothing was changed, so nothing is changed back")
    answer = client.enable(effect.fields["thing"], job)
    if answer is Answer.UNKNOWN:
        raise RetryableError(
            "voucherify_no_answer", "it is not known whether it was done: run it again"
        )
    gone = " (it is gone)" if answer is Answer.NOT_FOUND else ""
    return _confirm(effects, undoing, f"switched voucher {effect.fields['thing']} on again{gone}")


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


def _confirm(effects: Effects, undoing: Effect, outcome: str) -> Effect:
    moved = effects.move(undoing, EffectState.CONFIRMED, since=_OPEN, outcome=outcome)
    return moved or undoing
