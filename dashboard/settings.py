from collections.abc import Mapping
from dataclasses import dataclass, field

from inbox.settings import InboxSettings
from settings.reader import Reader
from settings.variables import flower


#: Stands for every operator.
EVERYBODY = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class DashboardSettings:
    """Where the inbox is, and which operators may read bodies."""

    inbox: InboxSettings
    #: Where Flower listens; "" for everywhere.
    address: str
    max_tasks: int
    bodies_for: tuple[str, ...]
    #: Each is user:password; none if Flower has another login or listens on this machine only.
    logins: tuple[str, ...] = field(repr=False)

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> "DashboardSettings":
        """
        Read what the tab in Flower needs.

        Raises:
            SettingsError: names everything that is wrong.
        """
        reader = Reader(environ)
        found = cls(
            inbox=InboxSettings.read(reader),
            address=reader.read(flower.FLOWER_ADDRESS),
            max_tasks=reader.read(flower.FLOWER_MAX_TASKS),
            bodies_for=reader.read(flower.FLOWER_SHOW_BODIES),
            logins=reader.read(flower.FLOWER_BASIC_AUTH),
        )
        reader.finish()
        return found

    def may_see_bodies(self, who: str) -> bool:
        """Return whether an operator may read bodies, which are redacted."""
        return EVERYBODY in self.bodies_for or who in self.bodies_for
