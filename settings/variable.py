from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Generic, TypeVar


T = TypeVar("T")

WEB: Final = ("web",)
WORKER: Final = ("worker",)
FLOWER: Final = ("flower",)
ALL: Final = (*WEB, *WORKER, *FLOWER)


class Use(StrEnum):
    """Who sets a variable."""

    MUST = "must"
    OFTEN = "often"
    EXPERT = "expert"


@dataclass(frozen=True, slots=True)
class Keeps:
    """
    What depends on a bound of what is remembered, each in words without a full stop.

    Attributes:
        carries: the promise that needs the memory.
        least: the least value at which it holds, and why.
        shorter: what a value between that and the default means.
    """

    carries: str
    least: str
    shorter: str


@dataclass(frozen=True, slots=True)
class Variable(Generic[T]):
    """
    One environment variable; this is the only place where anything about it is written.

    Attributes:
        name: in the environment.
        parse: takes the text, and raises ValueError with what to write instead. The message must
            not repeat the text, which may be a secret.
        default: written as a person would set it; None if the variable is required.
        processes: which processes it has an effect in.
        use: who sets it.
        meaning: for docs/settings.md, in Markdown; links are relative to docs/.
        shown: the default in words, where it says more than the text.
        keeps: which promise it carries, if it bounds what is remembered.
    """

    name: str
    parse: Callable[[str], T]
    default: str | None
    processes: tuple[str, ...]
    use: Use
    meaning: str
    shown: str = ""
    keeps: Keeps | None = None
