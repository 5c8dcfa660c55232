import ast
from datetime import UTC, datetime
from pathlib import Path

from standardwebhooks import Webhook

import sandbox
from sandbox.serve import __doc__ as serve_documentation
from sandbox.settings import DEMO, from_environ


OURS = {"receiver", "worker", "inbox", "schemas", "telemetry", "dashboard"}


def test_a_missing_variable_takes_its_demo_value() -> None:
    """An empty environment gives settings that say they are insecure."""
    settings = from_environ({"SANDBOX_APP_ID": "mine", "SANDBOX_SPEEDUP": "600"})
    assert (settings.app_id, settings.speedup) == ("mine", 600)
    assert "insecure" in settings.webhook_secret


def test_demo_secrets_are_usable() -> None:
    """The demo secrets of the CRM and the shop have the form that the library takes."""
    settings = from_environ({})
    for secret in (settings.crm_secret, settings.shop_secret):
        assert Webhook(secret).sign("msg_1", datetime.now(UTC), "{}").startswith("v1,")


def test_no_secret_is_shown() -> None:
    """Printing the settings shows none of the secrets."""
    settings = from_environ({})
    shown = repr(settings)
    hidden = (
        settings.webhook_secret,
        settings.app_token,
        settings.management_token,
        settings.crm_secret,
        settings.shop_secret,
    )
    assert not [secret for secret in hidden if secret in shown]


def test_every_variable_is_documented() -> None:
    """The help of `python -m sandbox.serve` names every variable."""
    assert not [name for name in DEMO if name not in (serve_documentation or "")]


def test_stand_ins_import_nothing_of_the_product() -> None:
    """The stand-ins share no code with the product, so they cannot share its mistakes."""
    package = Path(sandbox.__file__).parent
    own = [path for path in package.rglob("*.py") if path.name not in {"stack.py", "__main__.py"}]
    imported = {
        name.split(".")[0]
        for path in own
        for node in ast.walk(ast.parse(path.read_text()))
        for name in _imported(node)
    }
    assert not imported & OURS


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module or ""] if isinstance(node, ast.ImportFrom) else []
