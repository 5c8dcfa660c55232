"""docs/stores.md: what each plan carries is computed from the figures in the same section."""

import json
import math
import re
from dataclasses import dataclass
from typing import Final

from inbox.store.headroom import bytes_usable
from tests.processes import ROOT


STORES: Final = (ROOT / "docs/stores.md").read_text(encoding="utf-8")
SECTION: Final = STORES.split("\n## How much memory\n")[1].split("\n### ")[0]
MB: Final = 1_000_000

#: What app.json's plan has to carry.
REMOVALS_A_DAY: Final = 1_000


def number(text: str) -> int:
    """Read a number with thousands separators."""
    return int(text.replace(",", ""))


def figure(pattern: str) -> tuple[int, ...]:
    """Read the numbers of the one sentence that fits; `#` is a number, a blank any white space."""
    pattern = pattern.replace("#", r"([\d,]+)").replace(" ", r"\s+")
    [found] = re.findall(pattern, SECTION)
    return tuple(map(number, [found] if isinstance(found, str) else found))


REMOVAL, REMOVAL_DAYS = figure("a removal: # bytes for # days")
UNWANTED, DAYS = figure("an event that no handler wants: # bytes for # days")
WANTED, WANTED_DAYS = figure("another event that a handler wants: # bytes for # days")
[FIXED] = figure("# MB are used before the first webhook")
[SHARE] = figure("Plan with # % of the memory")
[OTHERS] = figure("A shop in which # events that no handler wants come with each removal")
[MOST_MARKERS] = figure("the newest # completed deliveries are remembered")

#: What a removal a day needs, with the events beside it.
A_REMOVAL: Final = REMOVAL * REMOVAL_DAYS + OTHERS * UNWANTED * DAYS


@dataclass(frozen=True, slots=True)
class Plan:
    """A row of the table."""

    name: str
    memory: int
    removals: str
    webhooks: str
    alone: str

    @property
    def room(self) -> float:
        """Return the bytes that what is remembered may take."""
        usable = bytes_usable(self.memory * MB) or 0
        return min(self.memory * MB * SHARE / 100, usable) - FIXED * MB


def plans() -> list[Plan]:
    """Read the table."""
    rows = re.findall(
        r"^\| (.+?) \| ([\d,]+) MB \| .+? \| (.+?) \| (.+?) \| (.+?) \|$", SECTION, re.MULTILINE
    )
    return [Plan(name, number(memory), *rest) for name, memory, *rest in rows]


def rounded(exact: float) -> str:
    """Write a number with its first two digits, rounded down."""
    unit = 10 ** max(int(math.log10(exact)) - 1, 0)
    return f"{int(exact // unit * unit):,}"


def test_the_table_is_what_the_figures_give() -> None:
    """Of each plan: removals a day, the webhooks with them, and webhooks without removals."""
    found = plans()
    assert len(found) == 8

    for plan in found:
        removals = plan.room / A_REMOVAL
        alone = plan.room / (UNWANTED * DAYS)
        assert plan.removals == rounded(removals), plan.name
        assert plan.webhooks == rounded(removals * (OTHERS + 1)), plan.name
        bounded = alone * DAYS > MOST_MARKERS
        assert plan.alone == ("any" if bounded else rounded(alone)), plan.name


def test_the_arithmetic_of_the_text_is_right() -> None:
    """The example that a reader follows has the same figures and the same result."""
    assert figure("needs # . # \\+ # . # . # = # bytes") == (
        *(REMOVAL, REMOVAL_DAYS, OTHERS, UNWANTED, DAYS), A_REMOVAL,
    )  # fmt: skip
    name, memory, room, removals = re.findall(
        r"(premium-\d) has (\d+) MB . 80 % . 2 MB =\s+(\d+) MB for that, so it carries ([\d,]+)",
        SECTION,
    )[0]
    plan = next(each for each in plans() if each.name == name)
    assert (plan.memory, plan.removals) == (int(memory), removals)
    assert plan.room == int(room) * MB
    assert figure("so more than # webhooks a day take no more") == (MOST_MARKERS // DAYS,)
    assert WANTED_DAYS == DAYS
    assert 3.5 <= WANTED / UNWANTED < 4


def test_the_default_plan_carries_what_it_must() -> None:
    """app.json and the steps for Heroku name one plan, which carries 1,000 removals a day."""
    [addon] = json.loads((ROOT / "app.json").read_text())["addons"]
    service, _, name = addon["plan"].partition(":")
    plan = next(each for each in plans() if each.name == name)
    smaller = plans()[plans().index(plan) - 1]

    assert service == "heroku-redis"
    assert number(smaller.removals) < REMOVALS_A_DAY <= number(plan.removals)
    steps = (ROOT / "docs/deployment.md").read_text(encoding="utf-8")
    assert f"addons:create {addon['plan']} " in steps
    assert f"*{name}* carries {plan.removals}\n  removals a day" in steps
