"""What hypothesis makes up: a history and the troubles in it."""

from dataclasses import dataclass
from functools import partial
from random import Random
from typing import Final

from hypothesis import strategies as st

from sandbox.faults.catalogue import CATALOGUE
from sandbox.faults.fault import (
    Fault,
    answer,
    apply_late,
    apply_then_answer,
    apply_then_drop,
    delay,
    drop,
    refuse,
)
from tests.histories.life import MEANWHILE_SECONDS, Act, Life
from tests.histories.line import crash
from tests.histories.truth import Truth
from tests.histories.works import Works
from tests.histories.worlds import PROJECTS, ROLLBACKS, STYLES, TIER_STYLES, TIERS, Beginning
from worker.settings.policies import Policies


#: What happens often stands here often.
WHATS: Final = (
    *("assign",) * 4,
    *("unassign",) * 4,
    *("again",) * 2,
    *("spend",) * 2,
    *("top_up",) * 2,
    *("deliver",) * 2,
    *("convert",) * 2,
    "earn",
    "expire",
    "transfer",
    "removed",
    "publish",
    "odd_holder",
    "campaign_deleted",
    "edit",
    "lookalike",
    "card_off",
    "card_deleted",
    "card_given",
    "code_deleted",
    "code_given",
    "gone",
    "referrer_removed",
    "owner",
)

#: Answers by which Voucherify itself refuses a call permanently.
REFUSALS: Final = (
    "400-unknown-key",
    "400-no-key",
    "405-json",
    "406",
    "413",
    "415-json",
    "422-json",
)

FAULTS: Final[tuple[Fault, ...]] = (
    refuse(),
    drop(),
    apply_then_drop(),
    answer(500),
    apply_then_answer(500),
    answer(503, Retry_After="7"),
    answer(429, Retry_After="7"),
    answer(429, X_Rate_Limit_Type="api_calls_cycle"),
    answer(401),
    delay(60),
    apply_late(20),
    apply_late(240),
)

#: Answers of others, and odd answers of Voucherify's own. What Voucherify itself
#: refuses permanently ends a job, so that none of it is here.
PASSING: Final[tuple[Fault, ...]] = tuple(
    fault for name, fault in CATALOGUE.items() if not name.startswith(REFUSALS)
)

_CALL = st.integers(1, 24)
_TROUBLE = st.one_of(st.sampled_from(FAULTS), st.sampled_from(PASSING))


@dataclass(frozen=True)
class History:
    """All that is made up."""

    acts: list[Act]
    begins: Beginning
    ends: bool
    policies: Policies
    faults: dict[int, Fault]
    money: dict[int, Fault]
    crashes: dict[int, bool]
    freezes: dict[int, tuple[float, bool]]
    spends: dict[int, Act]
    lag: int
    seed: int
    thaws: frozenset[int] = frozenset()

    @property
    def troubles(self) -> int:
        """How much can have kept a change from being seen."""
        return len([*self.faults, *self.money, *self.crashes, *self.freezes])

    def run(self, works: Works) -> None:
        """
        Let it happen, and hold what came of it against the truth.

        Whatever fails carries a note of this history, to be pasted into a test, and of its calls.
        """
        try:
            self._happen(works)
        except Exception as error:
            error.add_note(f"history = {self!r}\ncalls = {works.line.calls}")
            raise

    def _happen(self, works: Works) -> None:
        works.begin(self.policies)
        life = Life(works, self.begins)
        truth = Truth(life, self.policies, troubles=self.troubles, frozen=bool(self.freezes))
        random = Random(self.seed)
        self._trouble(works, life)
        for act in self.acts:
            if act.what == "deliver":
                life.deliver(random, most=1 + act.much)
                works.complete()
                truth.judge(works.removed)
            else:
                life.play(act)
        if self.ends:
            life.end()
        life.flush(random)
        works.complete()
        truth.judge(works.removed)

    def _trouble(self, works: Works, life: Life) -> None:
        line = works.line
        line.faults.update(self.faults)
        line.money.update(self.money)
        for call, act in self.spends.items():
            line.before[call] = partial(life.play, act, pause=MEANWHILE_SECONDS)
        for call, sent in self.crashes.items():
            (line.after if sent else line.before)[call] = crash
        for call, (seconds, sent) in self.freezes.items():
            works.freeze_at(call, seconds, sent=sent)
        for call in self.thaws:
            line.before[call] = works.thaw
        if self.lag:
            works.shop.call("PUT", "/options", {"index_lag": self.lag})


_ACTS: Final = st.builds(Act, st.sampled_from(WHATS), st.integers(0, 2), st.integers(0, 5))

#: As many long ones as short ones, which a list alone would not be.
_MANY_ACTS: Final = st.integers(1, 9).flatmap(
    lambda number: st.lists(_ACTS, min_size=number, max_size=number)
)
_SPENDS: Final = st.builds(Act, st.just("spend"), st.integers(0, 2), st.integers(0, 5))

HISTORIES: Final = st.builds(
    History,
    acts=_MANY_ACTS,
    begins=st.builds(
        Beginning,
        reward=st.sampled_from((0, 0, 1, 1, 2, 3)),
        tier=st.sampled_from((0, 0, *range(len(TIERS)))),
        shows_reward=st.booleans(),
        codes=st.sampled_from((1, 1, 2)),
        assigned=st.integers(0, 2),
        style=st.sampled_from((0, 0, 0, *range(len(STYLES)))),
        tier_style=st.sampled_from((0, 0, 0, *range(len(TIER_STYLES)))),
        project=st.sampled_from((0, 0, 0, *range(len(PROJECTS)))),
        rollback=st.sampled_from((0, 0, *range(len(ROLLBACKS)))),
        converts_by=st.sampled_from(("redemption", "redemption", "redemption", "bought_tea")),
    ),
    ends=st.booleans(),
    policies=st.builds(
        Policies,
        claw_back_referrer=st.booleans(),
        roll_back_redemption=st.sampled_from((False, False, True)),
        disable_referrer_code=st.booleans(),
        mark_customer=st.booleans(),
    ),
    faults=st.dictionaries(_CALL, _TROUBLE, max_size=2),
    money=st.dictionaries(st.integers(1, 3), _TROUBLE, max_size=2),
    crashes=st.dictionaries(_CALL, st.booleans(), max_size=2),
    freezes=st.dictionaries(
        _CALL, st.tuples(st.sampled_from((70.0, 250.0)), st.booleans()), max_size=1
    ),
    spends=st.dictionaries(_CALL, _SPENDS, max_size=2),
    lag=st.sampled_from((0, 0, 1, 3)),
    seed=st.integers(0, 1000),
)
