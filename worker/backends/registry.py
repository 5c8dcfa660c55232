"""
The backends by name: the values of PERKS_BACKEND and CRM_BACKEND, and how each is made.

To add one, add its file, an entry here and its name to the setting's choices. A name that is in
only one of these places stops the start, so that no backend becomes a dry run by mistake.
"""

from collections.abc import Callable, Mapping
from typing import Final, TypeVar

from inbox.ledger import Effects
from settings.reader import SettingsError
from worker.backends.crm.dry_run import DryRunCrm
from worker.backends.crm.http import HttpCrm
from worker.backends.crm.hubspot.backend import HubSpotCrm
from worker.backends.perks.dry_run import DryRunPerks
from worker.backends.perks.http import HttpPerks
from worker.backends.perks.voucherify import VoucherifyPerks
from worker.revocation.find.shared import Learned
from worker.services import CrmBackend, PerksBackend
from worker.settings.crm import CrmSettings
from worker.settings.perks import PerksSettings


Factory = TypeVar("Factory")

#: What takes perks back, by PERKS_BACKEND.
PERKS: Final[Mapping[str, Callable[[PerksSettings, Effects, Learned], PerksBackend]]] = {
    "dry-run": lambda _settings, _effects, _learned: DryRunPerks(),
    "http": lambda settings, _effects, _learned: HttpPerks(settings.http_url, settings.http_secret),
    "voucherify": VoucherifyPerks.from_settings,
}

#: What notifies the CRM, by CRM_BACKEND.
CRM: Final[Mapping[str, Callable[[CrmSettings], CrmBackend]]] = {
    "dry-run": lambda _settings: DryRunCrm(),
    "http": lambda settings: HttpCrm(settings.http_url, settings.http_secret),
    "hubspot": lambda settings: HubSpotCrm.from_settings(settings.hubspot),
}


def make_perks(settings: PerksSettings, effects: Effects, learned: Learned) -> PerksBackend:
    """
    Make the backend that the settings name.

    Raises:
        SettingsError: no backend is registered under that name.
    """
    return _named("PERKS_BACKEND", settings.backend, PERKS)(settings, effects, learned)


def make_crm(settings: CrmSettings) -> CrmBackend:
    """
    Make the backend that the settings name.

    Raises:
        SettingsError: no backend is registered under that name.
    """
    return _named("CRM_BACKEND", settings.backend, CRM)(settings)


def check_backends(perks: PerksSettings, crm: CrmSettings) -> None:
    """
    Check the names before anything is made.

    Raises:
        SettingsError: no backend is registered under one of them.
    """
    _named("PERKS_BACKEND", perks.backend, PERKS)
    _named("CRM_BACKEND", crm.backend, CRM)


def _named(variable: str, name: str, known: Mapping[str, Factory]) -> Factory:
    if name not in known:
        raise SettingsError([f"{variable} must name a backend: {', '.join(known)}"])
    return known[name]
