"""Histories that failed once, by value."""

from typing import Any, Final

import pytest

from sandbox.faults.fault import answer, apply_late, apply_then_drop, drop, refuse
from tests.histories.life import Act
from tests.histories.line import IN_FLIGHT_SECONDS
from tests.histories.plans import History
from tests.histories.works import Works
from tests.histories.worlds import ROLLBACKS, Beginning
from worker.settings.policies import Policies


_NOTHING_ELSE: Final[dict[str, Any]] = {
    "begins": Beginning(reward=0, tier=0, shows_reward=False, codes=1, assigned=0),
    "ends": True,
    "policies": Policies(),
    "faults": {},
    "money": {},
    "crashes": {},
    "freezes": {},
    "spends": {},
    "lag": 0,
    "seed": 0,
}


def history(**reported: Any) -> History:
    """Make a history in which nothing happens but what is named."""
    return History(**{**_NOTHING_ELSE, **reported})


def _removals(works: Works) -> list[str]:
    """List what was taken off all cards, by name."""
    return [
        str(each.source_id)
        for card in works.shop.world.store.vouchers.values()
        for each in card.transactions
        if each.type.endswith("_REMOVAL")
    ]


def test_a_crash_before_the_call_counts_as_a_send(works: Works) -> None:
    """Two lost changes and a crash just before the third call are three sends: a person decides."""
    # The first crash is before anything was noted, and uses up nothing.
    lost = history(
        acts=[Act("assign", 0, 0)],
        money={1: drop(), 3: drop()},
        crashes={1: False, 12: False},
    )

    lost.run(works)

    [(holder, reason, error)] = works.failed()
    assert reason == "needs_a_person"
    assert "was sent 3 times and is not among its transactions" in error
    [effect] = [each for each in works.effects.of(holder=holder) if each.fields["kind"] == "take"]
    assert (effect.state, effect.number("sends")) == ("unknown", 3)
    # The second was never sent, which no one can know.
    assert [each for each in works.line.calls if each == "POST balance"] == ["POST balance"] * 3
    assert _removals(works) == []


@pytest.mark.parametrize("crash", [False, True], ids=["", "and a crash"])
def test_two_lost_changes_are_sent_a_third_time(works: Works, crash: bool) -> None:
    """Two lost changes are made good, whatever crash before the first note."""
    history(
        acts=[Act("assign", 0, 0)],
        money={1: drop(), 2: drop()},
        crashes={1: False} if crash else {},
    ).run(works)

    assert works.failed() == []


def test_what_stands_behind_a_lost_change_is_done(works: Works) -> None:
    """Where a person is asked about the referee's reward, the referrer's is taken all the same."""
    history(
        acts=[Act("assign", 0, 0)],
        begins=Beginning(reward=0, tier=1, shows_reward=False, codes=1, assigned=0),
        policies=Policies(claw_back_referrer=True),
        money={1: drop(), 2: drop(), 3: drop()},
    ).run(works)

    assert [reason for _, reason, _ in works.failed()] == ["needs_a_person"]
    assert works.line.calls.count("POST balance") == 4
    assert (
        [each for each in _removals(works) if ":referrer_credits:" in each]
        == _removals(works)
        != []
    )


#: Each gives a customer nothing but something else that Voucherify adds by itself meanwhile.
MISTAKEN: Final[dict[str, dict[str, Any]]] = {
    "a referrer's reward for being their own referee": {
        "acts": [Act("code_given", 0, 0), Act("again", 0, 0)],
        "begins": Beginning(reward=3, tier=1, shows_reward=False, codes=1, assigned=0),
    },
    "a referrer's reward for another code's referee": {
        "acts": [Act("code_given", 0, 1), Act("assign", 0, 0), Act("assign", 1, 1)],
        "begins": Beginning(reward=3, tier=1, shows_reward=False, codes=2, assigned=0),
    },
    "an addition that resembles another code's reward": {
        "acts": [Act("assign", 0, 1), Act("assign", 0, 0), Act("lookalike", 0, 1)],
        "begins": Beginning(reward=3, tier=0, shows_reward=False, codes=2, assigned=0),
    },
}


def test_the_reward_of_the_next_assignment_is_left_alone(works: Works) -> None:
    """It may be stamped before the removal, and the removed one's own is on no card of theirs."""
    history(
        acts=[Act("again", 1, 5), Act("card_given", 1, 2), Act("again", 1, 5)],
        begins=Beginning(reward=3, tier=0, shows_reward=False, codes=2, assigned=0, style=2),
    ).run(works)

    assert _removals(works) == []


def test_a_check_that_failed_is_no_check(works: Works) -> None:
    """An answered change is believed unseen only after checks that were answered."""
    history(
        acts=[Act("assign", 0, 0)],
        spends={6: Act("spend", 0, 2)},
        faults=dict.fromkeys(range(7, 9), drop()),
        lag=1,
    ).run(works)

    [holder] = works.removed
    [effect] = [each for each in works.effects.of(holder=holder) if each.fields["kind"] == "take"]
    assert works.line.calls[5:9] == ["POST balance"] + ["GET transactions"] * 3
    assert effect.fields["transaction"]


def test_an_order_is_not_cancelled_because_its_code_was_given_away(works: Works) -> None:
    """Someone redeems a code again when it has a new referrer: which redemption, a person says."""
    history(
        acts=[Act("code_given", 1, 2), Act("assign", 0, 0)],
        begins=Beginning(reward=1, tier=0, shows_reward=True, codes=2, assigned=2),
        policies=Policies(roll_back_redemption=True, disable_referrer_code=False),
        seed=626,
    ).run(works)

    assert "POST rollback" not in works.line.calls
    assert any("several redemptions of the code" in error for _, _, error in works.failed())


def test_what_was_sent_is_found_though_the_card_shows_no_reward_any_more(works: Works) -> None:
    """A card that was published with its amount shows nothing of it once that is taken."""
    history(
        acts=[Act("unassign", 0, 0)],
        begins=Beginning(reward=0, tier=0, shows_reward=True, codes=1, assigned=1, style=4),
        crashes={6: True},
        lag=3,
    ).run(works)

    assert works.line.calls[5] == "POST balance"
    [holder] = works.removed
    [effect] = [each for each in works.effects.of(holder=holder) if each.fields["kind"] == "take"]
    assert (effect.state, effect.number("amount")) == ("confirmed", 500)


def test_a_reward_by_an_earlier_referrers_code_is_for_a_person(works: Works) -> None:
    """It names a conversion of the campaign, and the code has a new referrer by now."""
    history(
        acts=[Act("assign", 1, 0), Act("code_given", 0, 0), Act("assign", 1, 0)],
        begins=Beginning(reward=0, tier=0, shows_reward=False, codes=1, assigned=0, style=1),
    ).run(works)

    assert _removals(works) == []
    assert any(
        "may be the reward, and nothing proves it" in error for _, _, error in works.failed()
    )


def test_no_money_is_taken_while_a_rollback_is_refused(works: Works) -> None:
    """An operator who rolls the parent back by hand may have Voucherify take the reward by it."""
    history(
        acts=[Act("assign", 0, 0)],
        begins=Beginning(
            reward=0,
            tier=0,
            shows_reward=True,
            codes=1,
            assigned=0,
            rollback=ROLLBACKS.index("parent"),
        ),
        policies=Policies(roll_back_redemption=True),
    ).run(works)

    [(_, reason, error)] = works.failed()
    assert reason == "needs_a_person"
    assert "cannot be rolled back" in error
    assert _removals(works) == []


def test_what_another_code_gave_is_not_taken_because_it_is_promised_by_now(works: Works) -> None:
    """A campaign was edited to promise what a code that stands has given: a person is asked."""
    history(
        acts=[Act("assign", 0, 0), Act("edit", 0, 0), Act("assign", 0, 3)],
        begins=Beginning(reward=3, tier=0, shows_reward=True, codes=2, assigned=0),
    ).run(works)

    [(_, reason, error)] = works.failed()
    assert reason == "needs_a_person"
    assert "another code referred the customer too" in error
    assert _removals(works) == []


def test_a_conversion_by_another_code_at_the_same_moment_is_for_a_person(works: Works) -> None:
    """A referee of one code redeems it again 0.2 s before another takes them on."""
    history(
        acts=[
            Act("assign", 0, 2),
            Act("assign", 0, 0),
            Act("assign", 0, 1),
            Act("unassign", 0, 1),
        ],
        begins=Beginning(reward=0, tier=0, shows_reward=False, codes=2, assigned=0),
        ends=False,
        # It reads the customer, whose conversions are known only then.
        policies=Policies(roll_back_redemption=True, mark_customer=False),
    ).run(works)

    [(_, reason, error)] = works.failed()
    assert reason == "needs_a_person"
    assert "another code referred the customer too" in error
    assert _removals(works) == []


def test_what_an_earlier_referrer_earned_is_taken_back(works: Works) -> None:
    """A code is given to someone who is deleted: its first referrer's rewards are still due."""
    history(
        acts=[Act("code_given", 1, 2), Act("gone", 1, 0)],
        begins=Beginning(reward=2, tier=3, shows_reward=False, codes=2, assigned=2),
        policies=Policies(claw_back_referrer=True, disable_referrer_code=False),
    ).run(works)

    off = [each for each in works.shop.world.store.vouchers.values() if not each.active]
    assert len(off) == 2


def test_time_passes_between_two_calls_of_one_run(works: Works) -> None:
    """What happens in the middle of a run does not take longer than a call can be in flight."""
    history(
        acts=[Act("unassign", 0, 0)],
        begins=Beginning(reward=0, tier=0, shows_reward=False, codes=1, assigned=1),
        spends={6: Act("spend", 1, 2)},
    ).run(works)

    assert works.time.now() < IN_FLIGHT_SECONDS


@pytest.mark.parametrize("clawed_back", [False, True], ids=["", "and policy claws it back"])
@pytest.mark.parametrize("what", MISTAKEN)
def test_what_was_added_by_itself_is_taken_for_a_reward(
    works: Works, what: str, clawed_back: bool
) -> None:
    """The remaining risk: an assignment that gave nothing is thought to have given it, once."""
    history(**MISTAKEN[what], policies=Policies(claw_back_referrer=clawed_back)).run(works)

    removals = _removals(works)
    # The policy may take it first, for what it is.
    assert clawed_back or len([each for each in removals if each.endswith(":gift_credits")]) == 1


def test_a_run_whose_machine_stood_still_leaves_its_last_call_open(works: Works) -> None:
    """A person was asked meanwhile: the change is made once, and the ledger says unknown."""
    history(
        acts=[Act("assign", 0, 0)],
        begins=Beginning(reward=0, tier=0, shows_reward=False, codes=1, assigned=0, rollback=3),
        policies=Policies(roll_back_redemption=True, mark_customer=False),
        money={1: apply_then_drop()},
        freezes={1: (70.0, False)},
    ).run(works)

    [(holder, reason, _)] = works.failed()
    assert reason == "needs_a_person"
    assert len(_removals(works)) == 1
    [effect] = [each for each in works.effects.of(holder=holder) if each.fields["kind"] == "take"]
    assert (effect.state, effect.number("amount")) == ("unknown", 500)


def test_a_rollback_is_heeded_after_a_run_that_could_not_read_on(works: Works) -> None:
    """The referrer's lists are read again then, so what Voucherify reversed is not taken again."""
    history(
        acts=[Act("code_deleted", 0, 0)],
        begins=Beginning(reward=0, tier=1, shows_reward=False, codes=1, assigned=2, rollback=1),
        policies=Policies(claw_back_referrer=True, roll_back_redemption=True, mark_customer=False),
        ends=False,
        faults={1: refuse(), 11: answer(429, Retry_After="7")},
        crashes={2: False},
    ).run(works)

    assert [each for each in _removals(works) if each != "None"] == []


def test_a_list_with_a_gap_is_not_believed(works: Works) -> None:
    """A change that came late is not listed yet while a later one is: it is not made again."""
    history(
        acts=[Act("unassign", 0, 0), Act("campaign_deleted", 0, 0), *[Act("assign", 0, 0)] * 2],
        begins=Beginning(reward=0, tier=0, shows_reward=False, codes=1, assigned=1),
        policies=Policies(
            roll_back_redemption=True, disable_referrer_code=False, mark_customer=False
        ),
        ends=False,
        money={1: apply_late(240)},
        freezes={1: (70.0, False)},
        spends={23: Act("spend", 0, 0)},
        lag=1,
        seed=1,
    ).run(works)

    assert len(_removals(works)) == 1


def test_a_run_whose_machine_stood_still_reads_again_after_anothers_rollback(works: Works) -> None:
    """Voucherify took the reward back by the other run's rollback, so it is not taken again."""
    history(
        acts=[Act("card_deleted", 0, 1)],
        begins=Beginning(reward=0, tier=0, shows_reward=False, codes=1, assigned=1, rollback=1),
        policies=Policies(
            roll_back_redemption=True, disable_referrer_code=False, mark_customer=False
        ),
        crashes={11: False},
        freezes={4: (70.0, False)},
    ).run(works)

    assert [each for each in _removals(works) if each != "None"] == []


def test_what_came_as_the_assignment_ended_is_for_a_person(works: Works) -> None:
    """The card of the reward was deleted; the next assignment's reward resembles it."""
    history(
        acts=[Act("assign", 0, 1), Act("card_deleted", 0, 0), Act("again", 0, 0)],
        begins=Beginning(reward=0, tier=0, shows_reward=False, codes=1, assigned=0, style=2),
        policies=Policies(disable_referrer_code=False, mark_customer=False),
        money={1: refuse(), 2: refuse()},
        crashes={1: False},
    ).run(works)

    [(_, reason, error), *_] = works.failed()
    assert reason == "needs_a_person"
    assert "added as the assignment ended" in error


def test_a_conversion_just_before_the_removal_is_this_assignments(works: Works) -> None:
    """The customer converts late and leaves at once: the reward is taken, and no one is asked."""
    history(
        acts=[Act("assign", 0, 1), Act("convert", 0, 0)],
        begins=Beginning(reward=0, tier=0, shows_reward=False, codes=1, assigned=0, style=5),
        policies=Policies(disable_referrer_code=False, mark_customer=False),
    ).run(works)

    assert works.failed() == []
    assert len(_removals(works)) == 1
