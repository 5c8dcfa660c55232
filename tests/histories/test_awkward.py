"""Every call of every flow met by every awkward answer; docs/answers.md has what comes of it."""

import re
from collections import defaultdict
from collections.abc import Iterator

import pytest

from sandbox.faults.fault import Fault
from tests.histories.flows import FLOWS, Flow, Played, play
from tests.histories.kinds import (
    Kind,
    Outcome,
    To,
    answers,
    kind_of_answer,
    outcome,
    read,
    render,
    sample,
    to,
)
from tests.histories.works import Works
from tests.processes import ROOT


pytestmark = pytest.mark.long


#: How long the same answer comes to all calls of a kind.
LASTING_SECONDS = 600.0

_TABLE = re.compile(r"\| answer \|.*?\n\n", re.DOTALL)


@pytest.fixture(scope="module")
def seen() -> dict[tuple[To, Kind], set[Outcome]]:
    """What the tests of this module have seen."""
    return defaultdict(set)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", FLOWS)
def test_an_awkward_answer_is_never_believed(
    works: Works, name: str, pytestconfig: pytest.Config, seen: dict[tuple[To, Kind], set[Outcome]]
) -> None:
    """Whichever call it comes to: nothing is said that is not done, and nothing is done twice."""
    flow = FLOWS[name]
    clean = play(works, flow)
    for number, answer, fault in _cells(clean, full=pytestconfig.getoption("--full")):
        played = _met(works, flow, number, answer, fault)
        came_to, kind = _judge(flow, played, clean, answer), kind_of_answer(_plain(answer))
        assert played.kinds[:number] == clean.kinds[:number], "the same history, other calls"
        seen[to(played.kinds, number, came_to), kind].add(came_to)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", FLOWS)
def test_the_same_answer_for_ten_minutes(
    works: Works, name: str, pytestconfig: pytest.Config
) -> None:
    """As above, for all calls of a kind: what passes fails no job, however long it lasts."""
    flow = FLOWS[name]
    clean = play(works, flow)
    firsts = [clean.kinds.index(each) + 1 for each in dict.fromkeys(clean.kinds)]
    full = pytestconfig.getoption("--full")
    for number, answer, fault in _cells(clean, full=False):
        chosen = full or number % len(Kind) == list(Kind).index(kind_of_answer(_plain(answer)))
        if number in firsts and chosen:
            played = _met(works, flow, number, answer, fault, lasting=clean.kinds[number - 1])
            _judge(flow, played, clean, answer)


def test_the_page_has_what_comes_of_each_answer(
    pytestconfig: pytest.Config, seen: dict[tuple[To, Kind], set[Outcome]]
) -> None:
    """The table of docs/answers.md is what the test above saw; a sample of it in the short form."""
    if not {each for each, _ in seen} >= set(To):
        pytest.skip("the whole module is needed")
    lines = render(seen)
    full = pytestconfig.getoption("--full")
    if full:
        (ROOT / "build").mkdir(exist_ok=True)
        (ROOT / "build" / "answers.md").write_text("\n".join([*lines, ""]))
    (written,) = _TABLE.findall((ROOT / "docs" / "answers.md").read_text())
    page = read(written.strip().splitlines())
    if full:
        assert page == dict(seen), "build/answers.md has the table"
    assert page.keys() == dict(seen).keys()
    assert {each: more for each in page if (more := seen[each] - page[each])} == {}


def _cells(clean: Played, *, full: bool) -> Iterator[tuple[int, str, Fault]]:
    for number, kind in enumerate(clean.kinds, start=1):
        found = answers(changes=not kind.startswith("GET"))
        for answer, fault in found if full else sample(found, number):
            yield number, answer, fault


def _met(
    works: Works,
    flow: Flow,
    number: int,
    answer: str,
    fault: Fault,
    *,
    lasting: str | None = None,
) -> Played:
    """Play a flow whose n-th call, or all calls of a kind, are met by an answer."""

    def plan() -> None:
        if lasting is None:
            works.line.faults[number] = fault
        else:
            works.line.lasting[lasting] = (fault, works.time.now() + LASTING_SECONDS)

    try:
        return play(works, flow, plan)
    except Exception as error:
        error.add_note(f"call {number} met {answer}; calls = {works.line.kinds}")
        raise


def _judge(flow: Flow, played: Played, clean: Played, answer: str) -> Outcome:
    """Hold what came of it against what may, and name it."""
    came_to = outcome(played, clean)
    missing, more = clean.facts - played.facts, played.facts - clean.facts
    said = (answer, came_to, played.said, played.waits)
    failed = came_to in {Outcome.FAILS, Outcome.PERSON}
    if flow.undoes and failed:
        # What was not undone stands as it stood.
        assert {what for what, *_ in more} <= {"off"}, said
    else:
        assert more == {}, said
    if failed:
        assert kind_of_answer(_plain(answer)) is Kind.REFUSAL, said
        status = re.escape(answer[:3])
        assert any(re.search(f"voucherify answered {status}", each) for each in played.failed), said
    elif came_to is Outcome.UNMARKED:
        assert {what for what, *_ in missing} <= {"marked"}, said
    else:
        assert missing == {}, said
    if not failed:
        assert played.failed == clean.failed, said
    return came_to


def _plain(answer: str) -> str:
    return answer.removesuffix(", applied")
