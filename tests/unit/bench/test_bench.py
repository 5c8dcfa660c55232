"""The bench's own arithmetic and bodies; the figures themselves are `make bench`."""

import itertools

import pytest

from bench.bodies import bodies
from bench.figures import accepting, backlog, durable, handling, remembered, removing, starting
from bench.findings import compared
from bench.goals import GOALS, Goal
from bench.report import tables
from schemas import HolderAssignmentDeleted, load_envelope, load_event, parse_body
from worker.handlers import load_handlers
from worker.run.fan_out import process


def test_every_body_is_valid_and_for_both_handlers() -> None:
    """What is sent is what Voucherify could send, of the usual size, and makes two jobs."""
    for body in itertools.islice(bodies(1), 200):
        event = load_event(load_envelope(parse_body(body)))

        assert isinstance(event, HolderAssignmentDeleted)
        assert 2_400 < len(body) < 2_800
        assert len(process(body, load_handlers()).handlers) == 2


def test_no_two_bodies_are_alike_and_a_seed_can_be_repeated() -> None:
    """Every body is another assignment; the sides of a round can be given the same ones."""
    several = list(itertools.islice(bodies(7), 2_000))
    identities = {process(body, load_handlers()).identity for body in several[:300]}

    assert len(set(several)) == 2_000
    assert len(identities) == 300
    assert several[:50] == list(itertools.islice(bodies(7), 50))
    assert several[0] != next(bodies(8))


def test_every_goal_is_measured_by_one_set_up() -> None:
    """No figure of the table is forgotten, and none is measured twice."""
    setups = (accepting, durable, handling, removing, backlog, remembered, starting)
    measured = [name for setup in setups for name in setup.FIGURES]

    assert sorted(measured) == sorted(GOALS)


@pytest.mark.parametrize(
    ("least", "value", "met"),
    [(True, 4.0, True), (True, 3.99, False), (False, 4.0, True), (False, 4.01, False)],
)
def test_a_goal_is_a_bound_on_one_side(*, least: bool, value: float, met: bool) -> None:
    """The bound itself is good enough."""
    assert Goal(says="", limit=4, least=least).met(value) is met


def test_sides_are_compared_round_by_round() -> None:
    """A round in which the machine was slow for both changes nothing."""
    found = compared({"a": [10.0, 1.0, 12.0], "b": [5.0, 0.5, 6.0]}, "a", "b", "/s")

    assert found.value == 2.0
    assert found.sides == {"a": 10.0, "b": 5.0}


def test_the_page_says_which_figures_are_short() -> None:
    """The tables hold each figure against its goal."""
    worst = {name: 0.0 if goal.least else 1e9 for name, goal in GOALS.items()}
    figures = {
        name: {"value": value, "unit": "x", "sides": {"perkhook": value}}
        for name, value in worst.items()
    }
    words = dict.fromkeys(("date", "cpu", "cores", "kernel", "python", "valkey"), "-")
    machine = {**words, "load": 0.0}
    plan = {"rounds": 1, "backlog": 1}

    page = tables({"machine": machine, "plan": plan, "figures": figures})

    assert page.count("**short**") == len(GOALS)
