from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from schemas import HolderAssignmentDeleted


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """The job that a handler runs for."""

    id: str
    delivery: str
    #: Monotonic time after which the lease may be over: no call is begun that could end later.
    deadline: float


class PerksBackend(Protocol):
    """What takes referral perks back."""

    def revoke(self, event: HolderAssignmentDeleted, job: Job) -> str:
        """
        Take back what the removed assignment had earned, once however often it is called.

        Returns:
            A few words for operators on what was done, without personal data.

        Raises:
            PermanentError: this cannot be done, and trying again cannot mend it.
            RetryableError: this could not be done now.
        """

    def close(self) -> None:
        """Give up connections."""


class CrmBackend(Protocol):
    """What tells the CRM."""

    def note_removal(self, event: HolderAssignmentDeleted, job: Job) -> str:
        """Tell that the customer's assignment was removed; errors as `PerksBackend.revoke`."""

    def close(self) -> None:
        """Give up connections."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What handlers act on."""

    perks: PerksBackend
    crm: CrmBackend


Handler = Callable[[HolderAssignmentDeleted, Services, Job], str]
