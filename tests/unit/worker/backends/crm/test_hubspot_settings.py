import pytest

from settings.reader import SettingsError
from worker.backends.crm.hubspot.backend import HubSpotCrm
from worker.backends.registry import make_crm
from worker.settings.crm import CrmSettings, HubSpotSettings
from worker.settings.worker import WorkerSettings


def _crm(**environ: str) -> CrmSettings:
    return WorkerSettings.from_environ(environ).crm


def _problem(**environ: str) -> str:
    with pytest.raises(SettingsError) as caught:
        WorkerSettings.from_environ(environ)
    (problem,) = caught.value.problems
    return problem


def test_the_backend_needs_a_token_and_nothing_else() -> None:
    """With a token HubSpot is used; the address and the property have defaults."""
    found = _crm(CRM_BACKEND="hubspot", HUBSPOT_ACCESS_TOKEN="pat-eu1-secret")

    assert found.hubspot.url == "https://api.hubapi.com"
    assert found.hubspot.id_property == "voucherify_source_id"
    crm = make_crm(found)
    assert isinstance(crm, HubSpotCrm)
    crm.close()


def test_without_a_token_the_worker_does_not_start() -> None:
    """The message names the variable; other backends do not ask for it."""
    assert _problem(CRM_BACKEND="hubspot") == (
        "HUBSPOT_ACCESS_TOKEN is required when CRM_BACKEND is hubspot"
    )
    assert _crm().hubspot.token == ""


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HUBSPOT_API_URL", "api.hubapi.com"),
        ("HUBSPOT_ACCESS_TOKEN", "secret\nX-Other: 1"),
        ("HUBSPOT_ACCESS_TOKEN", "secret and more"),
        ("HUBSPOT_ACCESS_TOKEN", "sécret"),
        ("HUBSPOT_ID_PROPERTY", "Secret"),
        ("HUBSPOT_ID_PROPERTY", "1secret"),
        ("HUBSPOT_ID_PROPERTY", "a/secret"),
        ("HUBSPOT_ID_PROPERTY", "s" * 101),
    ],
)
def test_a_wrong_value_is_reported_once_and_not_repeated(name: str, value: str) -> None:
    """The problem names the variable and holds nothing of its value."""
    problem = _problem(CRM_BACKEND="hubspot", **{"HUBSPOT_ACCESS_TOKEN": "x", name: value})

    assert problem.startswith(f"{name} must be ")
    assert "ecret" not in problem


def test_no_token_stands_in_the_repr() -> None:
    """Settings that end up in a log or a traceback show no token."""
    found = HubSpotSettings.from_environ({"HUBSPOT_ACCESS_TOKEN": "pat-eu1-secret"})

    assert "pat-eu1" not in repr(found)
