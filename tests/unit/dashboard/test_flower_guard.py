from base64 import b64encode
from dataclasses import replace

import pytest

from dashboard.guard import Asked, operator, refusal
from dashboard.settings import DashboardSettings
from settings.reader import SettingsError


READ = Asked(writes=False, login=True, address="", read_only=False, host="flower.example.test")
WRITE = replace(READ, writes=True, content_type="application/json")


@pytest.mark.parametrize(
    ("address", "host", "allowed"),
    [
        ("127.0.0.1", "127.0.0.1:5555", True),
        ("127.0.0.1", "localhost:5555", True),
        ("::1", "[::1]:5555", True),
        ("127.0.0.1", "flower.example.test", False),
        ("127.0.0.1", "localhost.example.test:5555", False),
        ("127.0.0.1", "", False),
        ("127.0.0.1", "[", False),
        ("", "127.0.0.1:5555", False),
        ("0.0.0.0", "localhost:5555", False),
        ("10.0.0.1", "10.0.0.1:5555", False),
    ],
)
def test_without_a_login_only_this_machine_is_served(
    address: str, host: str, allowed: bool
) -> None:
    """Also reading is refused, and so is a foreign name that someone made mean 127.0.0.1."""
    for asked in (READ, WRITE):
        refused = refusal(replace(asked, login=False, address=address, host=host))

        assert (refused is None) is allowed
        assert allowed or (refused is not None and refused[0] == 403)


@pytest.mark.parametrize(
    ("site", "origin", "allowed"),
    [
        ("same-origin", None, True),
        ("same-origin", "https://flower.example.test", True),
        (None, "https://flower.example.test", True),
        (None, None, True),  # no browser
        ("cross-site", None, False),
        ("same-site", "https://flower.example.test", False),
        ("none", None, False),
        ("", None, False),
        ("cross-site", "https://flower.example.test", False),
        (None, "https://evil.example.test", False),
        (None, "https://flower.example.test.evil.test", False),
        (None, "https://flower.example.test:444", False),
        (None, "null", False),
        (None, "", False),
        (None, "https://[", False),
    ],
)
def test_other_sites_cannot_decide(site: str | None, origin: str | None, allowed: bool) -> None:
    """What a browser says about where a request comes from is believed, and must fit."""
    refused = refusal(replace(WRITE, site=site, origin=origin))

    assert (refused is None) is allowed
    assert refusal(replace(READ, site=site, origin=origin)) is None


@pytest.mark.parametrize(
    ("content_type", "allowed"),
    [
        ("application/json", True),
        ("Application/JSON; charset=UTF-8", True),
        ("text/plain", False),
        ("application/x-www-form-urlencoded", False),
        ("text/plain; application/json", False),
        ("", False),
    ],
)
def test_a_form_cannot_decide(content_type: str, allowed: bool) -> None:
    """Only JSON, which no form of another site can send."""
    refused = refusal(replace(WRITE, content_type=content_type))

    assert refused == (None if allowed else (415, "Send JSON."))


def test_read_only_refuses_every_decision() -> None:
    """With --read_only there is a page and nothing to be done on it."""
    assert refusal(replace(READ, read_only=True)) is None
    assert refusal(replace(WRITE, read_only=True)) == (403, "Flower was started with --read_only.")


@pytest.mark.parametrize(
    ("authorization", "user", "who"),
    [
        ("Basic " + b64encode(b"ada:sesame").decode(), True, "ada"),
        ("basic " + b64encode(b"ada:se:same").decode(), True, "ada"),
        ("Basic " + b64encode(b"ada:sesame").decode(), "grace@example.test", "grace@example.test"),
        ("", "grace@example.test", "grace@example.test"),
        ("", True, "flower, without a login"),
        ("Basic !", True, "flower, without a login"),
        ("Basic " + b64encode(b"\xff:x").decode(), True, "flower, without a login"),
        ("Bearer abc", True, "flower, without a login"),
    ],
)
def test_the_record_names_the_operator_and_no_password(
    authorization: str, user: object, who: str
) -> None:
    """The user that the login names; the password is never part of it."""
    assert operator(authorization=authorization, current_user=user) == who


@pytest.mark.parametrize(
    ("value", "allowed"),
    [
        ("", set()),
        ("ada", {"ada"}),
        ("ada, grace@example.test", {"ada", "grace@example.test"}),
        ("*", {"ada", "grace@example.test", "eve"}),
    ],
)
def test_bodies_are_shown_to_those_who_are_named(value: str, allowed: set[str]) -> None:
    """No one by default, and no one by a part of a name."""
    settings = DashboardSettings.from_environ({"FLOWER_SHOW_BODIES": value})

    found = {
        who
        for who in ("ada", "grace@example.test", "eve", "ad", "", "flower, without a login")
        if settings.may_see_bodies(who)
    }
    assert found - {"ad", "", "flower, without a login"} == allowed
    assert ("ad" in found) is (value == "*")


def test_a_wrong_address_is_reported() -> None:
    """As everywhere else: one message that names the variable and shows no value."""
    with pytest.raises(SettingsError, match="REDIS_URL") as found:
        DashboardSettings.from_environ({"REDIS_URL": "http://user:secret@example.test"})

    assert "secret" not in str(found.value)
