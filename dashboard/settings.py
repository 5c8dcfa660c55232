from collections.abc import Mapping
from dataclasses import dataclass

from inbox.settings import InboxSettings
from settings import Reader
from settings.parsers import words


#: Stands for every operator.
EVERYBODY = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class DashboardSettings:
    """Where the inbox is, and who may look into bodies."""

    inbox: InboxSettings
    bodies_for: tuple[str, ...]

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
            bodies_for=reader.read("FLOWER_SHOW_BODIES", words, ","),
        )
        reader.finish()
        return found

    def may_see_bodies(self, who: str) -> bool:
        """Tell whether an operator may look into bodies, reduced to what is not personal."""
        return EVERYBODY in self.bodies_for or who in self.bodies_for
