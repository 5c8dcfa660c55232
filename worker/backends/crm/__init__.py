"""What tells the CRM: one backend a file, chosen by CRM_BACKEND."""

from worker.backends.crm.dry_run import DryRunCrm
from worker.backends.crm.http import HttpCrm
from worker.backends.crm.hubspot import HubSpotCrm
from worker.services import CrmBackend
from worker.settings.crm import CrmSettings


def make_crm(settings: CrmSettings) -> CrmBackend:
    """Make the backend that the settings name."""
    if settings.backend == "http":
        return HttpCrm(settings.http_url, settings.http_secret)
    if settings.backend == "hubspot":
        return HubSpotCrm.from_settings(settings.hubspot)
    return DryRunCrm()


__all__ = ["make_crm"]
