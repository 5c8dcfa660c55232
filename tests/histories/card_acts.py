from abc import ABC, abstractmethod
from contextlib import suppress
from typing import Any, Final

from sandbox.inprocess import InProcess
from sandbox.voucherify.data.records import Voucher, VoucherType
from sandbox.world import World


CARDS: Final = ("GIFT_VOUCHER", "LOYALTY_CARD")

#: What came onto a card so shortly before it was given away counts as its new holder's.
_GIVEN_SECONDS: Final = 61.0


class CardActs(ABC):
    """What befalls people's cards."""

    shop: InProcess
    world: World
    people: list[str]
    #: Cards that were switched off by their shop.
    cards_off: set[str]

    @abstractmethod
    def code_of(self, much: int) -> str:
        """Name one of the codes."""

    def _card(self, who: int, much: int) -> Voucher | None:
        cards = self.cards(self.people[who])
        return cards[much % len(cards)] if cards else None

    def _top_up(self, who: int, much: int) -> None:
        if card := self._card(who, much):
            self._call("POST", "/top_up", {"card": card.id, "amount": (100, 500, 250)[much % 3]})

    def _lookalike(self, who: int, much: int) -> None:
        """Put as much on a card as the reward was, in the same way."""
        code = self.code_of(much)
        holder = self.world.store.pair(code, self.people[who])
        if holder is None or holder.grant is None:
            return
        wanted = {"card": holder.grant.card_id, "amount": holder.grant.transaction.amount}
        self._call("POST", "/top_up", {**wanted, "like_grant": True})

    def _spend(self, who: int, much: int) -> None:
        card = self._card(who, much)
        if card and card.balance:
            amount = max(1, card.balance * (much + 1) // 6)
            self._call("POST", "/spend", {"card": card.id, "amount": amount})

    def _earn(self, who: int, much: int) -> None:
        """Let points be earned by an earning rule, as many as the reward is or others."""
        if card := self._card(who, much):
            self._call("POST", "/earn", {"card": card.id, "amount": (250, 60, 500)[much % 3]})

    def _expire(self, who: int, much: int) -> None:
        if card := self._card(who, much):
            amount = (250, card.balance // 2 or 1)[much % 2]
            if amount <= card.balance:
                self._call("POST", "/expire", {"card": card.id, "amount": amount})

    def _transfer(self, who: int, much: int) -> None:
        """Move points to the next person's card, or to another card of one's own."""
        card = self._card(who, much)
        others = self.cards(self.people[(who + much % 2) % 3])
        other = next((each for each in others if card and each.id != card.id), None)
        if card and other:
            wanted = {"from": card.id, "to": other.id, "amount": max(card.balance // 2, 1)}
            self._call("POST", "/transfer", wanted)

    def _removed(self, who: int, much: int) -> None:
        """Let someone else take the reward back, or something else."""
        holder = self.world.store.pair(self.code_of(much), self.people[who])
        if holder is None or holder.grant is None or not holder.grant.transaction.listed:
            return
        grant, how = holder.grant, ("automatic", "dashboard", "api")[much % 3]
        related = {"related": grant.transaction.id} if how == "automatic" else {}
        amount = grant.transaction.amount if much < 4 else 60
        card = self.world.store.vouchers[grant.card_id]
        if amount <= card.balance:
            wanted = {"card": card.id, "amount": amount, "how": how, **related}
            self._call("POST", "/remove_by_other", wanted)

    def _publish(self, who: int, much: int) -> None:
        """Let someone get a card that begins with its amount."""
        wanted = {"customer": self.people[who], "type": CARDS[much % 2]}
        self._call("POST", "/publish_card", {**wanted, "amount": (500, 120, 250)[much % 3]})

    def _card_off(self, who: int, much: int) -> None:
        if card := self._card(who, much):
            self.cards_off.add(card.id)
            self._call("PUT", f"/vouchers/{card.id}", {"active": False})

    def _card_deleted(self, who: int, much: int) -> None:
        if card := self._card(who, much):
            self._call("DELETE", f"/vouchers/{card.id}", {"announce": bool(much % 2)})

    def _card_given(self, who: int, much: int) -> None:
        if card := self._card(who, much):
            other = self.people[(who + 1) % 3]
            self.shop.advance(_GIVEN_SECONDS)
            self._call("PUT", f"/vouchers/{card.id}", {"holder": other})

    def _call(self, method: str, path: str, body: dict[str, Any]) -> Any:
        """Ask for it; a customer or a card may be gone, or be there already."""
        with suppress(ValueError):
            return self.shop.call(method, path, body)
        return {}

    def cards(self, customer: str) -> list[Voucher]:
        """List the cards that are a customer's."""
        store = self.world.store
        held = (store.vouchers[each.voucher_id] for each in store.redeemables_of(customer))
        return [each for each in held if each.type is not VoucherType.CODE]
