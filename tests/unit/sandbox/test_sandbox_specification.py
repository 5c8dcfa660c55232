import pytest

from sandbox.app import create_app
from sandbox.settings import from_environ
from sandbox.voucherify.api.specification import OPERATIONS, operation


@pytest.mark.parametrize(
    ("method", "path", "known"),
    [
        ("GET", "/v1/vouchers/A-1", True),
        ("PUT", "/v1/vouchers/A-1", False),
        ("GET", "/v1/vouchers/A-1/balance", False),
        ("GET", "/v1/vouchers/a/b", False),
        ("GET", "/v1/referrals/camp_1/members/A-1/holders", True),
        ("DELETE", "/v1/referrals/members/A-1/holders/rh_1", True),
        ("GET", "/v2/vouchers/A-1", False),
    ],
)
def test_method_and_path_name_an_operation(method: str, path: str, known: bool) -> None:
    """A path alone is not enough, nor is a beginning of one."""
    assert (operation(method, path) is not None) is known


def test_every_route_has_its_specification() -> None:
    """An endpoint that is served but not specified would not be checked."""
    app = create_app(from_environ({}), deliver=False)
    served = {
        (method, rule.rule.replace("<", "{").replace(">", "}"))
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith(("/v1/", "/management/")) and "path:" not in rule.rule
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert len(served) == len(OPERATIONS)
    assert not [each for each in served if operation(*each) is None]
