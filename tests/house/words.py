"""Words that this project avoids because a reader stumbles over them; docs/glossary.md has ours."""

import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path


#: As regular expressions, by the word that stands for them in the list.
AVOIDED = {
    "tell": r"\b(?:tell|tells|told|telling)\b",
    "mend": r"\bmend(?:s|ed|ing)?\b",
    "look": r"\blook(?:s|ed|ing)?\b",
    "take on": r"\btak(?:e|es|en|ing) (?:it |this |them )?on\b",
    "settle": r"\bsettl(?:e|es|ed|ing)\b",
    "owed": r"\bow(?:ed|es|e)\b",
    "for ever": r"\bfor (?:ever|good)\b",
    "goes on": r"\b(?:gone|goes|go|went|going) on\b",
    "somebody": r"\b(?:somebody|nobody|whoever|whom)\b",
    "brake": r"\bbrakes?\b",
    "sweep": r"\b(?:sweep|sweeps|swept|sweeper)\b",
    "hint": r"\bhints?\b",
}

_WORDS = {name: re.compile(pattern, re.IGNORECASE) for name, pattern in AVOIDED.items()}


def avoided(paths: Iterable[Path]) -> Counter[str]:
    """Return how often each avoided word stands in these files; parts of names count too."""
    found: Counter[str] = Counter()
    for path in paths:
        # A word between underscores is a word as well.
        text = path.read_text().replace("_", " ")
        for name, pattern in _WORDS.items():
            found[name] += len(pattern.findall(text))
    return found
