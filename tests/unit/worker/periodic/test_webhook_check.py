from typing import Any

import pytest

from inbox.state.webhook import WebhookState
from settings.reader import Reader, SettingsError
from settings.variables import downstream
from worker.periodic.webhook_check import Found, UnreadableError, read_webhooks
from worker.settings.periodic import WebhookCheckSettings


EVENT = "customer.holder.assignment.deleted"
OURS = "https://perks.example.test/webhooks/voucherify"

RIGHT = {
    "VOUCHERIFY_MANAGEMENT_ID": "sesame-id",
    "VOUCHERIFY_MANAGEMENT_TOKEN": "sesame-token",
    "VOUCHERIFY_PROJECT_ID": "proj_1",
}


def read(environ: dict[str, str]) -> tuple[WebhookCheckSettings | None, Reader]:
    """Read the settings as a worker does."""
    reader = Reader(environ)
    project = reader.read(downstream.VOUCHERIFY_PROJECT_ID)
    return WebhookCheckSettings.read(reader, project), reader


def webhook(target: Any = OURS, *, active: Any = True, events: Any = (EVENT,)) -> dict[str, Any]:
    """Show a webhook as the API does."""
    listed = list(events) if isinstance(events, tuple) else events
    return {"object": "webhook", "target_url": target, "active": active, "events": listed}


def answer(*webhooks: Any, **more: Any) -> dict[str, Any]:
    """Answer a list."""
    shown = {"object": "list", "data_ref": "data", "data": list(webhooks), "total": len(webhooks)}
    return {**shown, **more}


@pytest.mark.parametrize(
    ("shown", "url", "expected"),
    [
        ([webhook()], "", Found(WebhookState.ACTIVE, listed=True)),
        ([webhook(active=False)], "", Found(WebhookState.OFF, listed=True)),
        ([webhook(events=("voucher.created",))], "", Found(WebhookState.ACTIVE, listed=False)),
        ([webhook(events=None)], "", Found(WebhookState.ACTIVE, listed=False)),
        ([], "", Found(WebhookState.NONE)),
        ([webhook("https://crm.example.test/hooks")], "", Found(WebhookState.NONE)),
        ([webhook("https://[broken/webhooks/voucherify")], "", Found(WebhookState.NONE)),
        # Another receiver of the same project: which of the two is ours is unknown.
        (
            [webhook(), webhook("https://staging.example.test/webhooks/voucherify", active=False)],
            "",
            Found(WebhookState.OFF, listed=True),
        ),
        (
            [webhook(), webhook("https://staging.example.test/webhooks/voucherify", active=False)],
            OURS,
            Found(WebhookState.ACTIVE, listed=True),
        ),
        (
            [webhook(active=False), webhook("https://staging.example.test/webhooks/voucherify")],
            OURS,
            Found(WebhookState.OFF, listed=True),
        ),
        # Two with the very address: each event comes by the one that is on.
        ([webhook(active=False), webhook()], OURS, Found(WebhookState.ACTIVE, listed=True)),
        (
            [webhook(active=False), webhook(events=())],
            OURS,
            Found(WebhookState.ACTIVE, listed=False),
        ),
        ([webhook("https://a.example.test/in")], OURS, Found(WebhookState.NONE)),
    ],
)
def test_what_a_list_says_of_our_webhook(shown: list[Any], url: str, expected: Found) -> None:
    """It is on, off or not there, and says that it is sent our event or does not."""
    assert read_webhooks(answer(*shown), url) == expected


@pytest.mark.parametrize(
    ("target", "url", "ours"),
    [
        (OURS + "/", "", True),
        (OURS + "?from=voucherify", "", True),
        ("https://proxy.example.test/perks/webhooks/voucherify", "", True),
        ("https://perks.example.test/webhooks/voucherify/old", "", False),
        ("HTTPS://Perks.Example.Test:443/webhooks/voucherify/", OURS, True),
        ("https://perks.example.test:8443/webhooks/voucherify", OURS, False),
        ("http://perks.example.test/webhooks/voucherify", OURS, False),
        ("https://other.example.test/webhooks/voucherify", OURS, False),
    ],
)
def test_which_webhook_is_ours(target: str, url: str, ours: bool) -> None:
    """By the path alone, or by the whole address where the settings have it."""
    found = read_webhooks(answer(webhook(target)), url)
    assert found.state is (WebhookState.ACTIVE if ours else WebhookState.NONE)


@pytest.mark.parametrize(
    "shown",
    [
        None,
        [],
        "text",
        {"data": None},
        {"webhooks": [webhook()]},
        answer(webhook(active=None)),
        answer(webhook(active="yes")),
        answer(webhook(), webhook(active=None)),
        answer(webhook(None)),
        answer(webhook(), "x"),
        answer({**webhook(), "object": "voucher"}),
        answer(webhook(), object="page"),
        answer(webhook(), data_ref="vouchers"),
        answer(webhook(), total=None),
        answer(webhook(), total=True),
        # Ours may be among those that this answer does not show.
        answer(webhook("https://crm.example.test/hooks"), total=2),
    ],
)
def test_an_answer_of_another_form_says_nothing(shown: Any) -> None:
    """Neither an alert nor the all-clear comes of a guess."""
    with pytest.raises(UnreadableError):
        read_webhooks(shown, "")


def test_without_keys_nothing_is_checked() -> None:
    """An address or a project alone checks nothing."""
    for alone in ({"VOUCHERIFY_WEBHOOK_URL": OURS}, {"VOUCHERIFY_PROJECT_ID": "proj_1"}):
        found, reader = read(alone)

        assert found is None
        reader.finish()


def test_the_keys_do_not_show() -> None:
    """What is logged of the settings by accident holds no secret."""
    found, _ = read(RIGHT)

    assert found
    assert (found.project_id, found.webhook_url) == ("proj_1", "")
    assert "sesame" not in repr(found)


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        *(({name: ""}, f"{name} is required") for name in RIGHT),
        ({"VOUCHERIFY_MANAGEMENT_TOKEN": "a\nb"}, "VOUCHERIFY_MANAGEMENT_TOKEN must be"),
        ({"VOUCHERIFY_WEBHOOK_URL": "perks.example.test"}, "VOUCHERIFY_WEBHOOK_URL must be"),
    ],
)
def test_half_of_the_settings_stop_the_worker_at_its_start(
    wrong: dict[str, str], named: str
) -> None:
    """Half of the settings must not resemble a check: the webhook may be off."""
    _, reader = read({**RIGHT, **wrong})

    with pytest.raises(SettingsError) as caught:
        reader.finish()

    assert [each.startswith(named) for each in caught.value.problems] == [True]
