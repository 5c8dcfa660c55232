"""Every balance change of the product, held against the books and against what is due."""

from collections.abc import Callable, Iterator

from inbox.model.effect import Effect
from sandbox.voucherify.data.causes import Cause, Why
from sandbox.voucherify.data.records import Holder, Transaction, Voucher
from tests.histories.books import part_before
from tests.histories.life import Life
from tests.histories.referee import Around, Due, may_be_mistaken


class Money:
    """
    What was taken, and what is still to be taken.

    Attributes:
        dues: what is due, by the assignment or by what a tier gave.
        may_ask: assignments about which a person may be asked.
        may_stop: those whose steps may end half-way because a person is asked.
        stopped: those whose steps did.
        judged: the assignments whose removal was worked on.
    """

    def __init__(self, life: Life, around: Callable[[Holder], Around]) -> None:
        self._life = life
        self._store = life.world.store
        self._around = around
        self.dues: dict[str, Due] = {}
        self.may_ask: set[str] = set()
        self.may_stop: set[str] = set()
        self.stopped: set[str] = set()
        self.judged: set[str] = set()
        # The removals that took something, by what had given it.
        self._taken: dict[str, Transaction] = {}

    def check(self, failed: set[str]) -> None:
        """Hold every balance change of the product against the books, and what is due to both."""
        taken: dict[str, Transaction] = {}
        for card, change in self._removals():
            effect = self._effect_of(change.source_id or "")
            grant, grant_card = self._grant(effect.fields["grant"])
            assert card is grant_card, ("from another card", change)
            assert grant.id not in taken, ("taken twice", taken.get(grant.id), change)
            taken[grant.id] = change
            assert self._may_take(effect, grant), ("never to be taken", grant, effect)
            part, left = part_before(card, grant, change), change.balance - change.amount
            assert -change.amount <= min(part.most, left), ("not the reward's", change, part)
            assert -change.amount >= min(part.least, left), ("less than is there", change, part)
        for name, due in self.dues.items():
            self._check_due(name, due, taken.get(due.grant.id), failed)
        assert self._taken.items() <= taken.items(), ("changed later", self._taken, taken)
        self._taken = taken
        self._check_ledger(sum(-each.amount for each in taken.values()), failed)

    def _check_due(self, name: str, due: Due, taken: Transaction | None, failed: set[str]) -> None:
        if due.settled or taken is not None:
            due.settled = True
            return
        asked = due.by in failed or due.by in self.stopped
        gone = due.card.id in self._store.deleted
        left = part_before(due.card, due.grant, None).least
        assert asked or gone or left == 0 or due.silent, (
            "not taken, and no one is asked",
            name,
            due,
        )
        assert not due.must or gone or left == 0 or due.by in self.may_stop, ("not taken", due)
        # What comes onto the card from now on is not for this.
        due.settled = not asked

    def _removals(self) -> Iterator[tuple[Voucher, Transaction]]:
        for card in self._store.vouchers.values():
            for change in card.transactions:
                if change.amount < 0 and change.why.cause is Cause.API and change.source_id:
                    yield card, change

    def _effect_of(self, name: str) -> Effect:
        for holder in self.judged:
            for effect in self._life.works.effects.of(holder=holder):
                if effect.fields.get("name") == name:
                    return effect
        raise AssertionError(("a change that the ledger does not know", name))

    def _grant(self, name: str) -> tuple[Transaction, Voucher]:
        for card in self._store.vouchers.values():
            if name == f"opening:{card.id}" and card.opening is not None:
                return card.opening, card
            if found := card.transactions.get(name):
                return found, card
        raise AssertionError(("an unknown grant", name))

    def _may_take(self, effect: Effect, grant: Transaction) -> bool:
        holder = self._store.holders[effect.holder]
        if effect.id.startswith("earned:"):
            return grant.id in self.dues
        if grant.why == Why(Cause.ASSIGNMENT, holder.id):
            return True
        if grant.why.cause is Cause.PUBLICATION and grant.why.of == holder.id:
            return True
        mistaken = may_be_mistaken(self._around(holder), grant)
        if mistaken:
            self.may_ask |= {each.by for each in self.dues.values() if each.grant is grant}
        return mistaken

    def _check_ledger(self, removed: int, failed: set[str]) -> None:
        # A run that lost its job to another while its machine stood still may send the last call,
        # and lose the answer, after the other has asked a person: the ledger says that it is open.
        noted = doubt = 0
        for holder in self.judged:
            for effect in self._life.works.effects.of(holder=holder):
                if effect.fields["kind"] != "take":
                    continue
                if effect.state == "confirmed":
                    noted += effect.number("amount")
                elif holder in failed and effect.state not in ("planned", "refused"):
                    doubt += effect.number("amount")
        assert noted <= removed <= noted + doubt, ("ledger", noted, doubt, "cards", removed)
