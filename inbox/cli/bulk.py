from collections import Counter
from collections.abc import Callable, Sequence

from rich.console import Console
from rich.progress import Progress


Outcomes = Counter[str]

#: From here on a run takes long enough to be watched.
WORTH_A_BAR = 200


def each(items: Sequence[str], act: Callable[[str], str], title: str, console: Console) -> Outcomes:
    """
    Do something to each item and count the outcomes.

    Each act is one atomic step of its own, so stopping in the middle leaves every item
    either done or untouched.
    """
    tally: Outcomes = Counter()
    unwatched = len(items) < WORTH_A_BAR or not console.is_terminal
    # Not rich's track(): its thread lives on after an error, and the process with it.
    with Progress(console=console, disable=unwatched) as progress:
        bar = progress.add_task(title, total=len(items))
        for item in items:
            tally[act(item)] += 1
            progress.advance(bar)
    return tally
