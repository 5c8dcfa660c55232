import pytest
from tornado.options import define, options

from dashboard.login import is_loopback, open_door, refuse_open_doors


@pytest.fixture(autouse=True)
def flower_options(monkeypatch: pytest.MonkeyPatch) -> None:
    """Flower's own options, as the process has them before it reads the options file."""
    monkeypatch.setitem(options.__dict__, "_options", {})
    define("address", default="", type=str)
    define("auth", default="", type=str)
    define("basic_auth", type=str, default=None, multiple=True)


@pytest.mark.parametrize(
    ("address", "local"),
    [
        ("127.0.0.1", True),
        ("127.8.9.1", True),
        ("::1", True),
        ("localhost", True),
        ("", False),
        ("0.0.0.0", False),
        ("::", False),
        ("10.0.0.1", False),
        ("localhost.example.test", False),
        ("127.0.0.1.example.test", False),
        ("127.1", False),
    ],
)
def test_only_loopback_addresses_are_this_machine(address: str, local: bool) -> None:
    """Everything that is not surely loopback counts as a network."""
    assert is_loopback(address) is local
    assert (open_door(address=address, login=False) is None) is local


def test_a_login_may_listen_anywhere() -> None:
    """With a login every address is fine."""
    assert open_door(address="", login=True) is None


@pytest.mark.parametrize(
    ("basic_auth", "auth", "starts"),
    [
        (None, "", False),
        ([], "", False),
        (["ada:tea"], "", True),
        (["ada:tea:pot"], "", True),
        (["ada:tea", "eve:pot"], "", True),
        (["ada:"], "", False),
        ([":tea"], "", False),
        ([":"], "", False),
        ([""], "", False),
        (["ada"], "", False),
        (["ada:tea", "eve:"], "", False),
        (["ada:tea", ""], "", False),
        (None, r".*@example\.test", True),
        (["ada:"], r".*@example\.test", True),
    ],
)
def test_flower_starts_only_with_a_whole_login(
    basic_auth: list[str] | None, auth: str, starts: bool
) -> None:
    """Each pair needs a user and a password, for one without would let everybody in."""
    options.auth = auth
    if basic_auth is not None:
        options.basic_auth = basic_auth

    if starts:
        refuse_open_doors()
    else:
        with pytest.raises(SystemExit, match="on every address without a login"):
            refuse_open_doors()


def test_the_refusal_names_address_and_ways_out_but_no_password() -> None:
    """The message says what to set, and not what was set."""
    options.address, options.basic_auth = "10.0.0.1", [":sesame"]

    with pytest.raises(SystemExit) as found:
        refuse_open_doors()

    message = str(found.value)
    assert "on 10.0.0.1 without a login" in message
    assert "FLOWER_BASIC_AUTH" in message
    assert "FLOWER_ADDRESS" in message
    assert "sesame" not in message


def test_on_this_machine_no_login_is_needed() -> None:
    """Listening on loopback is allowed as it is."""
    options.address = "127.0.0.1"

    refuse_open_doors()
