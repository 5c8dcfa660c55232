import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.integration.worker.crm.account import Account
from tests.integration.worker.shop import Shop
from worker.backends.crm.hubspot.command import main


NAMES = [
    "voucherify_source_id",
    "perkhook_last_removal_at",
    "perkhook_last_removal_campaign",
    "perkhook_last_removal_holder",
]


@pytest.fixture
def fresh(shop: Shop) -> Account:
    """An account without the properties."""
    return Account(shop)


def _run(environ: dict[str, str]) -> int | str | None:
    with pytest.raises(SystemExit) as caught:
        main(["setup"], environ)
    return caught.value.code


def _properties(account: Account) -> dict[str, dict[str, Any]]:
    with account.shop.world.lock:
        return dict(account.shop.world.hubspot.properties)


def test_the_properties_are_created_once(
    fresh: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    """The first run creates four properties, the second finds them; both end well."""
    assert _run(fresh.environ) == 0
    assert capsys.readouterr().out == "".join(f"{name}: created\n" for name in NAMES)

    assert _run(fresh.environ) == 0
    assert capsys.readouterr().out == "".join(f"{name}: there already\n" for name in NAMES)
    made = _properties(fresh)
    assert {name: each["type"] for name, each in made.items()} == {
        name: "datetime" if name.endswith("_at") else "string" for name in NAMES
    }
    assert [name for name, each in made.items() if each["hasUniqueValue"]] == NAMES[:1]


def test_a_property_of_the_shops_own_can_hold_the_id(fresh: Account) -> None:
    """HUBSPOT_ID_PROPERTY names the property that is created and read."""
    assert _run({**fresh.environ, "HUBSPOT_ID_PROPERTY": "shop_number"}) == 0

    assert _properties(fresh)["shop_number"]["hasUniqueValue"] is True
    assert "voucherify_source_id" not in _properties(fresh)


def test_a_property_that_cannot_do_its_work_is_reported(
    fresh: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    """A property without unique values and one of another type are named, and the rest is made."""
    with fresh.shop.world.lock:
        store = fresh.shop.world.hubspot.properties
        for name in NAMES[:2]:
            store[name] = {"name": name, "type": "string", "hasUniqueValue": False}

    assert _run(fresh.environ) == 1

    reported = capsys.readouterr()
    assert reported.err == (
        "voucherify_source_id: there already, but its values need not be unique, which HubSpot "
        "cannot change: name another property in HUBSPOT_ID_PROPERTY\n"
        "perkhook_last_removal_at: there already, but its type is not datetime\n"
    )
    assert reported.out == "".join(f"{name}: created\n" for name in NAMES[2:])


def test_a_refusal_is_a_sentence_without_the_token(fresh: Account) -> None:
    """With a wrong token nothing is created and the exit code is 1."""
    code = _run({**fresh.environ, "HUBSPOT_ACCESS_TOKEN": "wrong-token-1"})

    assert code == (
        "hubspot answered 401 (INVALID_AUTHENTICATION): "
        "HUBSPOT_ACCESS_TOKEN is wrong, expired or withdrawn"
    )
    assert _properties(fresh) == {}


def test_a_wrong_environment_is_reported_as_such(capsys: pytest.CaptureFixture[str]) -> None:
    """Every wrong variable is named, none is quoted, and the exit code is 2."""
    code = _run({"HUBSPOT_API_URL": "ftp://one.test", "HUBSPOT_ID_PROPERTY": "Two three"})

    reported = capsys.readouterr().err
    assert code == 2
    for name in ("HUBSPOT_API_URL", "HUBSPOT_ACCESS_TOKEN", "HUBSPOT_ID_PROPERTY"):
        assert f"  - {name} " in reported
    assert "one.test" not in reported
    assert "Two" not in reported


def test_the_command_runs_as_documented(fresh: Account) -> None:
    """The setup command reads its own environment and nothing of a worker's."""
    answer = subprocess.run(
        [sys.executable, "-m", "worker.backends.crm.hubspot", "setup"],
        cwd=Path(__file__).parents[4],
        env={**fresh.environ, "CRM_BACKEND": "fax", "REDIS_URL": "nonsense"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert (answer.returncode, answer.stderr) == (0, "")
    assert set(_properties(fresh)) == set(NAMES)
    assert fresh.shop.settings.hubspot_token not in answer.stdout
