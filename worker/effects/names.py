"""Names of own handlers' steps in the ledger: each stands for one effect."""

import re
from dataclasses import dataclass
from typing import Final
from uuid import UUID, uuid5

from inbox.model.effect import Perk
from worker.errors import PermanentError


#: The perk of own handlers' steps in the ledger, and the prefix of their ids.
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
        redacted: the customer was erased, and only ids remain of the body.
    """

    handler: str
    event: str
    job: str
    customer: str = ""
    redacted: bool = False


def effect_id(handler: str, step: str, about: str) -> str:
    """Return the id of what happens once: this step of this handler for this subject."""
    return f"{PREFIX}{handler}:{step}:{about}"


def key_of(effect: str) -> str:
    """Return the key of a step for downstreams: a UUID, the same at every run."""
    return str(uuid5(_KEYS, effect))


def name_of_step(origin: Origin, step: str, about: str | None) -> str:
    """
    Return a step's id in the ledger.

    Raises:
        PermanentError: the name is not allowed, or what it is about is empty or no id.
    """
    if not _STEP.fullmatch(step):
        raise PermanentError("bad_step", "a step is named by a-z, 0-9, _ and -, at most 60 of them")
    if not about:
        if origin.redacted:
            raise PermanentError(
                "customer_erased",
                f"the id that step {step} is about was erased with the customer",
            )
        raise PermanentError("bad_step", f"the event does not say what step {step} is about")
    if not _ABOUT.fullmatch(about):
        # A person's address, for example: it would stand in keys and logs.
        raise PermanentError("bad_step", f"what step {step} is about must be an id")
    return effect_id(origin.handler, step, about)
