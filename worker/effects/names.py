"""How steps of own handlers are called, so that each is one for ever."""

import re
from dataclasses import dataclass
from typing import Final
from uuid import UUID, uuid5

from inbox.model.effect import Perk
from worker.errors import PermanentError


#: What the ledger calls steps of own handlers, and how their ids begin.
KIND: Final = Perk.OWN_STEP
PREFIX: Final = "own:"

_STEP: Final = re.compile(r"[a-z][a-z0-9_-]{0,59}")
_ABOUT: Final = re.compile(r"[A-Za-z0-9_.:-]{1,128}")
_KEYS: Final = UUID("9a3f1c6e-5d0b-4f7e-8f5a-2f6f0c9d7b11")


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """
    What a step is taken for.

    Attributes:
        reduced: the customer was erased, and of the body only ids remain.
    """

    handler: str
    event: str
    job: str
    customer: str = ""
    reduced: bool = False


def effect_id(handler: str, step: str, about: str) -> str:
    """Name what happens once: this step of this handler for this subject."""
    return f"{PREFIX}{handler}:{step}:{about}"


def key_of(effect: str) -> str:
    """Make the key of a step for downstreams: a UUID, the same at every run of it."""
    return str(uuid5(_KEYS, effect))


def name_of_step(origin: Origin, step: str, about: str | None) -> str:
    """
    Name a step in the ledger.

    Raises:
        PermanentError: it cannot be named so, or nothing says what it is about.
    """
    if not _STEP.fullmatch(step):
        raise PermanentError("bad_step", "a step is named by a-z, 0-9, _ and -, at most 60 of them")
    if not about:
        if origin.reduced:
            raise PermanentError(
                "customer_erased",
                f"what step {step} is about went when the customer was erased",
            )
        raise PermanentError("bad_step", f"the event does not tell what step {step} is about")
    if not _ABOUT.fullmatch(about):
        # An address of a person, for example: it would stand in keys and logs.
        raise PermanentError("bad_step", f"what step {step} is about must be an id")
    return effect_id(origin.handler, step, about)
