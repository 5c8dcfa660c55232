"""What must have come of a history, by the stand-in's own books and docs/revocation.md."""

from collections.abc import ItemsView
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from sandbox.voucherify.data.records import (
    MATERIAL,
    Customer,
    Holder,
    Role,
    TierReward,
    Voucher,
    VoucherType,
)
from tests.histories.life import Life
from tests.histories.money import Money
from tests.histories.referee import Around, Due, due_for, is_doubtful, may_ask
from tests.histories.worlds import OTHER_METADATA, PROJECTS, ROLLBACKS
from worker.settings.policies import Policies


#: Ways to report a tier's reward that leave nothing open: plain, twice, naming its customer.
_USUAL_TIERS: Final = frozenset({0, 2, 5})

#: A person is asked of a change only after three sends, each of them lost by a trouble of its own.
#: A crash between the note of a send and the call is one: it cannot be distinguished from a loss.
_SENDS_LOST: Final = 2


class Truth:
    """Judges each removal after the product has completed it, and again at the end."""

    def __init__(self, life: Life, policies: Policies, *, troubles: int, frozen: bool) -> None:
        self._life = life
        self._store = life.world.store
        self._policies = policies
        self._troubles = troubles
        # A worker that froze before it found out, and whose answer is lost, may lose metadata.
        self._may_lose = frozen and troubles > 1 and "metadata_put" in self._project
        self._money = Money(life, self._around)
        self._off: set[str] = set()
        self._may_be_off: set[str] = set()
        self._rolled_back: set[str] = set()

    def judge(self, removed: set[str]) -> None:
        """Hold what the product did for these removed assignments against the truth."""
        failed = {holder: reason for holder, reason, _ in self._life.works.failed()}
        fresh = [self._store.holders[each] for each in sorted(removed - self._money.judged)]
        for holder in fresh:
            self._expect(holder)
        self._money.judged |= removed
        assert set(failed.values()) <= {"needs_a_person"}, self._life.works.failed()
        assert set(failed) <= self._money.may_ask, self._life.works.failed()
        self._money.stopped = set(failed) & self._money.may_stop
        self._money.check(set(failed))
        self._check_codes()
        self._check_rollbacks(set(failed), fresh)
        self._check_marks(set(failed), fresh)
        assert self._life.works.line.collisions == []
        assert self._life.works.handed == len(self._money.judged), "an assignment was claimed twice"
        assert self._life.shop.violations() == []
        assert self._life.world.deleted_holders == 0

    def _expect(self, holder: Holder) -> None:
        if holder.role is Role.OWNER:
            return
        if self._troubles > _SENDS_LOST:
            self._money.may_ask.add(holder.id)
            self._money.may_stop.add(holder.id)
        if holder.voucher_type is not VoucherType.CODE:
            self._money.may_ask.add(holder.id)
            return
        customer = self._store.find_customer(holder.customer_id)
        code = self._store.vouchers[holder.voucher_id]
        if customer is None and code.id in self._store.deleted:
            # No one knows them: the keys may be of another project.
            self._money.may_ask.add(holder.id)
            return
        if holder.role is Role.REFEREE and customer is not None:
            self._expect_reward(holder)
            self._expect_rollback(holder, customer)
        if self._policies.claw_back_referrer:
            self._expect_tiers(holder, code)
        if holder.role is Role.REFERRER and self._policies.disable_referrer_code:
            now = self._store.pair(code.id, holder.customer_id)
            there = code.id not in self._store.deleted and now is None
            if there and code.holder_id == code.referrer_id == holder.customer_id:
                self._off.add(code.id)

    def _expect_reward(self, holder: Holder) -> None:
        around = self._around(holder)
        due = due_for(around)
        customer = self._store.find_customer(holder.customer_id)
        referrals = customer.referrals if customer else []
        of = {e["referrer_id"] for e in referrals if e["campaign_id"] == holder.campaign_id}
        # Through two referrers of one campaign: no one says by which this assignment came.
        several = len(of) > 1
        if due is not None:
            known = replace(due, must=False) if several else due
            self._money.dues.setdefault(holder.id, known)
        if may_ask(around, due) or several:
            self._money.may_ask.add(holder.id)

    def _expect_rollback(self, holder: Holder, customer: Customer) -> None:
        if not self._policies.roll_back_redemption:
            return
        refused = ROLLBACKS[self._life.begins.rollback] in {"failure", "parent"}
        came = [each["campaign_id"] for each in customer.referrals]
        if refused or came.count(holder.campaign_id) > 1:
            # Voucherify refuses, or does not say by which redemption this assignment came.
            self._money.may_ask.add(holder.id)
        if refused:
            # Until a person has rolled it back, no money is taken.
            self._money.may_stop.add(holder.id)

    def _around(self, holder: Holder) -> Around:
        cards = self._life.cards(holder.customer_id)
        return Around(holder, cards, self._store, self._life.works.promised.get(holder.id))

    def _expect_tiers(self, holder: Holder, code: Voucher) -> None:
        of_all = holder.role is Role.REFERRER
        # The event names the referrer of now, who may be another than the one who was rewarded.
        given = code.id in self._life.given
        if given:
            self._money.may_ask.add(holder.id)
        elif self._store.find_customer(code.referrer_id or "") is None:
            return
        rewards = self._store.tier_rewards
        if not of_all and self._may_have_counted(holder):
            self._money.may_ask.add(holder.id)
        for reward in rewards:
            mine = reward.holder_id == holder.id
            if of_all:
                cause = self._store.holders[reward.holder_id]
                mine = reward.referrer_id == holder.customer_id and cause.voucher_id == code.id
                mine = mine and _within(holder, cause.created_at)
            if not mine:
                # Another assignment's of the same code, which may not say whose it is.
                if not reward.linked:
                    self._money.may_ask.add(holder.id)
                continue
            self._expect_tier(reward, holder, of_all=of_all, given=given)

    def _expect_tier(
        self, reward: TierReward, holder: Holder, *, of_all: bool, given: bool
    ) -> None:
        """Expect what one reward of the referrer is due to."""
        one_for_many = bool(reward.milestone) and not of_all
        if one_for_many or reward.kind == MATERIAL or not (reward.linked or of_all):
            self._money.may_ask.add(holder.id)
        elif reward.transaction_id:
            card = self._store.vouchers[reward.voucher_id or ""]
            change = card.transactions.get(reward.transaction_id)
            assert change is not None
            usual = not given and self._life.begins.tier_style in _USUAL_TIERS
            due = Due(change, card, holder.id, must=usual, silent=given)
            if not usual or is_doubtful(card, change):
                due.must = False
                self._money.may_ask.add(holder.id)
            self._money.dues.setdefault(reward.transaction_id, due)
        else:
            self._expect_coupon(reward, self._may_be_off if given else self._off)

    def _may_have_counted(self, holder: Holder) -> bool:
        """Return whether a conversion may count for a reward that names another."""
        rewards = self._store.tier_rewards
        return bool(rewards) and all(each.holder_id != holder.id for each in rewards)

    def _expect_coupon(self, reward: TierReward, off: set[str]) -> None:
        coupon = self._store.vouchers[reward.voucher_id or ""]
        if coupon.holder_id == reward.referrer_id and coupon.id not in self._store.deleted:
            off.add(coupon.id)

    def _check_codes(self) -> None:
        off = {
            each.id
            for each in self._store.vouchers.values()
            if each.type is VoucherType.CODE and not each.active
        }
        assert self._off <= off <= self._off | self._may_be_off, (off, self._off)
        cards_off = {
            each.id
            for each in self._store.vouchers.values()
            if each.type is not VoucherType.CODE and not each.active
        }
        assert cards_off <= self._life.cards_off, ("a card was switched off", cards_off)

    def _check_rollbacks(self, failed: set[str], fresh: list[Holder]) -> None:
        done = {each.id for each in self._store.redemptions.values() if each.rollback_id}
        if not self._policies.roll_back_redemption:
            assert not done
            return
        for holder in fresh:
            mine = self._life.redemptions.get(holder.id)
            if holder.role is Role.REFEREE and mine is not None:
                self._rolled_back.add(mine)
                gone = {holder.customer_id, holder.campaign_id} & self._store.deleted
                # Who redeemed a code that was given away is not known from its new referrer.
                given = holder.voucher_id in self._life.given
                assert mine in done or holder.id in failed or gone or given
        assert done <= self._rolled_back

    def _check_marks(self, failed: set[str], fresh: list[Holder]) -> None:
        for holder in fresh:
            customer = self._store.find_customer(holder.customer_id)
            # The mark stands last.
            if customer is None or holder.role is Role.OWNER or holder.id in self._money.stopped:
                continue
            if self._troubles and holder.id in failed:
                continue  # a job that waits for a person does not wait for the mark
            marks = self._policies.mark_customer and "defined_metadata" not in self._project
            kept = customer.metadata.items() >= self._others(customer.id)
            assert kept or self._may_lose, customer.metadata
            if not marks:
                assert "referral_removed_at" not in customer.metadata
            elif holder.voucher_type is VoucherType.CODE and not self._store.pair(
                holder.voucher_id, customer.id
            ):
                assert "referral_removed_at" in customer.metadata

    @property
    def _project(self) -> dict[str, Any]:
        return PROJECTS[self._life.begins.project]

    def _others(self, customer: str) -> ItemsView[str, str]:
        """List what stood in a customer's metadata before."""
        return (OTHER_METADATA if customer in self._life.people else {}).items()


def _within(holder: Holder, at: datetime) -> bool:
    """Return whether it was while the assignment lasted."""
    assert holder.ended_at is not None
    return holder.created_at <= at <= holder.ended_at
