"""A HubSpot account as the stand-in keeps it, and shorthand for what tests do with it."""

from dataclasses import dataclass
from typing import Any

from tests.integration.worker.shop import Shop
from tests.unit.worker.build import job, removal
from worker.backends.crm.hubspot.backend import HubSpotCrm
from worker.backends.crm.hubspot.properties import definitions
from worker.settings.crm import HubSpotSettings


ID_PROPERTY = "voucherify_source_id"


@dataclass(frozen=True, slots=True)
class Account:
    """An account at the stand-in."""

    shop: Shop

    @property
    def environ(self) -> dict[str, str]:
        """The environment to work with this account."""
        return {
            "HUBSPOT_API_URL": self.shop.url,
            "HUBSPOT_ACCESS_TOKEN": self.shop.settings.hubspot_token,
        }

    def crm(self) -> HubSpotCrm:
        """Make the backend as a worker does."""
        return HubSpotCrm.from_settings(HubSpotSettings.from_environ(self.environ))

    def make_ready(self) -> None:
        """Have the properties."""
        with self.shop.world.lock:
            for each in definitions(ID_PROPERTY):
                self.shop.world.hubspot.add_property(each)

    def contact(self, **properties: str) -> str:
        """Add a contact; return its id."""
        with self.shop.world.lock:
            return self.shop.world.hubspot.add_contact(properties).id

    def delete(self, contact: str) -> None:
        """Delete a contact as a person does."""
        with self.shop.world.lock:
            del self.shop.world.hubspot.contacts[contact]

    def shown(self, contact: str) -> dict[str, str]:
        """Return what stands on a contact."""
        with self.shop.world.lock:
            return dict(self.shop.world.hubspot.contacts[contact].properties)

    def notes(self, contact: str) -> list[dict[str, str]]:
        """List the notes on a contact's timeline."""
        with self.shop.world.lock:
            notes = list(self.shop.world.hubspot.notes.values())
        return [note.properties for note in notes if contact in note.contacts]

    def add_notes(self, contact: str, number: int) -> None:
        """Let people write notes."""
        with self.shop.world.lock:
            for each in range(number):
                self.shop.world.hubspot.add_note(
                    {"hs_timestamp": "2025-01-01T00:00:00Z", "hs_note_body": f"Call {each}"},
                    [contact],
                )

    def calls(self) -> list[str]:
        """List the calls that were made: method and path without the version."""
        return [
            f"{each['method']} {each['path'].replace('/2026-09', '').removeprefix('/crm')}"
            for each in self.shop.requests("hubspot")
        ]

    def fails(self, *faults: dict[str, Any]) -> None:
        """Let HubSpot misbehave."""
        with self.shop.world.lock:
            self.shop.world.faults.put({"hubspot": list(faults)})


@dataclass(frozen=True, slots=True)
class Customer:
    """The customer of the sample, who is a contact of the account."""

    account: Account
    crm: HubSpotCrm
    contact: str

    def run(self) -> str:
        """Run the job that notes the removal."""
        return self.crm.note_removal(removal(), job())

    def notes(self) -> int:
        """Count the notes."""
        return len(self.account.notes(self.contact))
