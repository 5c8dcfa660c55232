from collections import Counter
from collections.abc import Callable, Sequence

from rich.console import Console
from rich.progress import track


Tally = Counter[str]

#: From here on a run takes long enough to be watched.
WORTH_A_BAR = 200


def each(items: Sequence[str], act: Callable[[str], str], title: str, console: Console) -> Tally:
    """
    Do something to each item and count the outcomes.

    Each act is one atomic step of its own, so stopping in the middle leaves every item
    either done or untouched.
    """
    watched = track(
        items,
        title,
        console=console,
        disable=len(items) < WORTH_A_BAR or not console.is_terminal,
    )
    return Counter(act(item) for item in watched)
