import getpass
import io
import threading
from typing import NoReturn

import pytest
from rich.console import Console

from inbox.cli.bulk import WORTH_A_BAR, each
from inbox.cli.commands import _user


@pytest.mark.parametrize("number", [0, 1, WORTH_A_BAR - 1, WORTH_A_BAR, 3 * WORTH_A_BAR])
@pytest.mark.parametrize("terminal", [True, False])
def test_each_item_is_acted_upon_once_in_order(number: int, terminal: bool) -> None:
    """Every item has its turn, and outcomes are counted, with a bar or without."""
    done: list[str] = []

    def act(item: str) -> str:
        done.append(item)
        return "odd" if int(item) % 2 else "even"

    items = [str(one) for one in range(number)]
    tally = each(items, act, "testing", Console(file=io.StringIO(), force_terminal=terminal))

    assert done == items
    assert (tally["even"], tally["odd"]) == ((number + 1) // 2, number // 2)


@pytest.mark.parametrize("number", [1, 3 * WORTH_A_BAR])
def test_an_error_in_the_middle_leaves_nothing_running(number: int) -> None:
    """An error goes through at once, and no thread keeps the process from ending."""

    def act(_: str) -> NoReturn:
        raise ZeroDivisionError

    before = set(threading.enumerate())
    with pytest.raises(ZeroDivisionError) as caught:
        each(["1"] * number, act, "testing", Console(file=io.StringIO(), force_terminal=True))

    assert caught.value.__traceback__ is not None
    assert [each for each in threading.enumerate() if each not in before and not each.daemon] == []


@pytest.mark.parametrize("error", [KeyError("uid not found"), OSError("no name")])
def test_a_user_without_a_name_has_a_number(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """In a container whose user has no name, who decided is reported by the user's number."""

    def nameless() -> NoReturn:
        raise error

    monkeypatch.setattr(getpass, "getuser", nameless)

    assert _user().startswith("user ")
