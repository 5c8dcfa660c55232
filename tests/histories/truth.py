"""What must have come of a history, by the stand-in's own books and docs/revocation.md."""

from datetime import datetime
from typing import Final

from sandbox.voucherify.records import (
    MATERIAL,
    Holder,
    Role,
    TierReward,
    Transaction,
    Voucher,
    VoucherType,
)
from tests.histories.dues import Due, earned_by, taken_on_elsewhere, what
from tests.histories.life import Life
from worker.revocation.policies import Policies


#: A person is asked of a change only after three sends, each of them lost by a trouble of its own.
#: A crash between the note of a send and the call is one, for nobody can tell it from a loss.
_SENDS_LOST: Final = 2


class Truth:
    """Judges each removal after the product has settled it, and again at the end."""

    def __init__(self, life: Life, policies: Policies, *, troubles: int) -> None:
        self._life = life
        self._store = life.world.store
        self._policies = policies
        self._troubles = troubles
        self._judged: set[str] = set()
        # What may be taken, by how its removal is named: the assignment, or what the tier gave.
        self._dues: dict[str, Due] = {}
        # The removals that took it, by the same names.
        self._taken: dict[str, list[Transaction]] = {}
        self._off: set[str] = set()
        self._may_be_off: set[str] = set()
        self._may_ask: set[str] = set()
        self._rolled_back: set[str] = set()
        # Whose steps may end half-way because a person is asked, and whose did.
        self._may_stop: set[str] = set()
        self._stopped: set[str] = set()

    def judge(self, removed: set[str]) -> None:
        """Hold what the product did for these removed assignments against the truth."""
        failed = {holder: reason for holder, reason, _ in self._life.works.failed()}
        fresh = [self._store.holders[each] for each in sorted(removed - self._judged)]
        for holder in fresh:
            self._expect(holder)
        self._judged |= removed
        assert set(failed.values()) <= {"needs_a_person"}, self._life.works.failed()
        assert set(failed) <= self._may_ask, self._life.works.failed()
        self._stopped = set(failed) & self._may_stop
        self._check_money(set(failed))
        self._check_codes()
        self._check_rollbacks(set(failed), fresh)
        self._check_marks(fresh)
        assert self._life.works.line.collisions == []
        assert self._life.works.handed == len(self._judged), "an assignment was taken on twice"
        assert self._life.shop.violations() == []
        assert self._life.world.deleted_holders == 0

    def _expect(self, holder: Holder) -> None:
        if holder.role is Role.OWNER:
            return
        if self._troubles > _SENDS_LOST:
            self._may_ask.add(holder.id)
            self._may_stop.add(holder.id)
        if holder.voucher_type is not VoucherType.CODE:
            self._may_ask.add(holder.id)
            return
        customer = self._store.find_customer(holder.customer_id)
        code = self._store.vouchers[holder.voucher_id]
        if customer is None and code.id in self._store.deleted:
            # Nobody knows them: the keys may be of another project.
            self._may_ask.add(holder.id)
            return
        if holder.role is Role.REFEREE and customer is not None:
            self._expect_reward(holder)
            came = [each["campaign_id"] for each in customer.referrals]
            if self._policies.roll_back_redemption and came.count(holder.campaign_id) > 1:
                # By which redemption this assignment came is not told.
                self._may_ask.add(holder.id)
        if self._policies.claw_back_referrer:
            self._expect_tiers(holder, code)
        if holder.role is Role.REFERRER and self._policies.disable_referrer_code:
            now = self._store.pair(code.id, holder.customer_id)
            there = code.id not in self._store.deleted and now is None
            if there and code.holder_id == code.referrer_id == holder.customer_id:
                self._off.add(code.id)

    def _expect_reward(self, holder: Holder) -> None:
        cards = self._life.cards(holder.customer_id)
        within = [
            (card, each)
            for card in cards
            for each in card.transactions
            if each.amount > 0 and _within(holder, each.created_at)
        ]
        automatic = [each for each in within if each[1].operation_type == "AUTOMATIC"]
        grant = holder.grant
        mine = [card for card, each in within if grant and each is grant.transaction]
        alone = bool(mine) and len(automatic) == 1 and not taken_on_elsewhere(self._store, holder)
        if within and not alone:
            self._may_ask.add(holder.id)
        if mine and grant:
            due = Due(grant.transaction.amount, mine[0], holder.id, must=alone)
            self._dues.setdefault(holder.id, due)
        elif len(automatic) == 1:
            self._mistake(holder, *automatic[0])

    def _mistake(self, holder: Holder, card: Voucher, change: Transaction) -> None:
        """Allow that the one thing that was added by itself meanwhile is taken for this reward."""
        others = [
            each
            for each in self._store.assignments.values()
            if each.grant and each.grant.transaction is change
        ]
        fits = self._life.works.promised.get(holder.id) == str(change.amount)
        if any(each.customer_id != holder.customer_id for each in others):
            return
        # What an assignment gave that stands is taken only if the campaign of this one promises it.
        if not fits and any(each.ended_at is None for each in others):
            return
        due = self._dues.setdefault(change.id, Due(change.amount, card, holder.id, must=False))
        due.must = False
        # Each of two assignments may stand for the other, once both were removed.
        self._dues |= {each.id: due for each in (holder, *others)}
        # Whoever comes second for the same finds it taken, and asks.
        mistaken = {holder.id, *(each.id for each in others), *earned_by(self._store, change)}
        self._may_ask |= mistaken
        self._may_stop |= mistaken

    def _expect_tiers(self, holder: Holder, code: Voucher) -> None:
        of_all = holder.role is Role.REFERRER
        # The event names the referrer of now, who may be another than the one who was rewarded.
        given = code.id in self._life.given
        if given:
            self._may_ask.add(holder.id)
        elif self._store.find_customer(code.referrer_id or "") is None:
            return
        for reward in self._store.tier_rewards:
            mine = reward.holder_id == holder.id
            if of_all:
                cause = self._store.holders[reward.holder_id]
                mine = reward.referrer_id == holder.customer_id and cause.voucher_id == code.id
                mine = mine and _within(holder, cause.created_at)
            if not mine:
                # Another assignment's of the same code, which may not tell whose it is.
                if not reward.linked:
                    self._may_ask.add(holder.id)
                continue
            if reward.kind == MATERIAL or not (reward.linked or of_all):
                self._may_ask.add(holder.id)
            elif reward.transaction_id:
                card = self._store.vouchers[reward.voucher_id or ""]
                due = Due(reward.amount, card, holder.id, must=not given)
                self._dues.setdefault(reward.transaction_id, due)
            else:
                self._expect_coupon(reward, self._may_be_off if given else self._off)

    def _expect_coupon(self, reward: TierReward, off: set[str]) -> None:
        coupon = self._store.vouchers[reward.voucher_id or ""]
        if coupon.holder_id == reward.referrer_id and coupon.id not in self._store.deleted:
            off.add(coupon.id)

    def _check_money(self, failed: set[str]) -> None:
        found: dict[str, list[tuple[Voucher, Transaction]]] = {}
        for card in self._store.vouchers.values():
            for each in card.transactions:
                if each.type.endswith("_REMOVAL"):
                    found.setdefault(what(each.source_id or "?"), []).append((card, each))
        grants = [id(self._dues[each]) for each in found if each in self._dues]
        assert len(grants) == len(set(grants)), ("one reward, taken for two", found)
        assert set(found) <= set(self._dues), ("never to be taken", set(found) - set(self._dues))
        for name, due in self._dues.items():
            taken = found.get(name, [])
            assert len(taken) <= 1, ("taken twice", taken)
            for card, each in taken:
                assert card is due.card, ("from another card", each)
                left = each.balance - each.amount
                assert -each.amount == min(due.granted, left), ("not what was left", each, due)
            now = [each for _, each in taken]
            before, self._taken[name] = self._taken.get(name, []), now
            assert not before or before == now, ("changed later", before, now)
            if now or name in failed or due.by in self._stopped or not due.must:
                continue
            gone = due.card.id in self._store.deleted
            assert gone or due.card.balance == 0, ("not taken", due)
            # What comes onto the card from now on is not for this.
            due.must = False
        self._check_ledger(sum(-each.amount for pair in found.values() for _, each in pair))

    def _check_ledger(self, removed: int) -> None:
        noted = 0
        for holder in self._judged:
            for effect in self._life.works.effects.of(holder=holder):
                if effect.fields["kind"] == "take" and effect.state == "confirmed":
                    noted += effect.number("amount")
        assert noted == removed, ("the ledger tells", noted, "the cards", removed)

    def _check_codes(self) -> None:
        off = {
            each.id
            for each in self._store.vouchers.values()
            if each.type is VoucherType.CODE and not each.active
        }
        assert self._off <= off <= self._off | self._may_be_off, (off, self._off)

    def _check_rollbacks(self, failed: set[str], fresh: list[Holder]) -> None:
        done = {each.id for each in self._store.redemptions.values() if each.rollback_id}
        if not self._policies.roll_back_redemption:
            assert not done
            return
        for holder in fresh:
            mine = self._life.redemptions.get(holder.id)
            if holder.role is Role.REFEREE and mine is not None:
                self._rolled_back.add(mine)
                there = self._store.find_customer(holder.customer_id) is not None
                assert mine in done or holder.id in failed or not there
        assert done <= self._rolled_back

    def _check_marks(self, fresh: list[Holder]) -> None:
        for holder in fresh:
            customer = self._store.find_customer(holder.customer_id)
            # The mark stands last.
            if customer is None or holder.role is Role.OWNER or holder.id in self._stopped:
                continue
            if not self._policies.mark_customer:
                assert not customer.metadata
            elif holder.voucher_type is VoucherType.CODE and not self._store.pair(
                holder.voucher_id, customer.id
            ):
                assert "referral_removed_at" in customer.metadata


def _within(holder: Holder, at: datetime) -> bool:
    """Tell whether it was while the assignment lasted."""
    assert holder.ended_at is not None
    return holder.created_at <= at <= holder.ended_at
