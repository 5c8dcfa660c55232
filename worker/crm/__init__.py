"""What tells the CRM: one backend a file, chosen by CRM_BACKEND."""

from worker.crm.dry_run import DryRunCrm
from worker.crm.http import HttpCrm
from worker.crm.hubspot import HubSpotCrm
from worker.crm.settings import CrmSettings
from worker.services import CrmBackend


def make_crm(settings: CrmSettings) -> CrmBackend:
    """Make the backend that the settings name."""
    if settings.backend == "http":
        return HttpCrm(settings.http_url, settings.http_secret)
    if settings.backend == "hubspot":
        return HubSpotCrm.from_settings(settings.hubspot)
    return DryRunCrm()


__all__ = ["CrmSettings", "make_crm"]
