"""Voucherify's Management API, as much of it as the check of the webhook needs."""

from typing import Any, Final
from urllib.parse import quote

import httpx2

from worker.http_client.answers import Call, Meaning, judge
from worker.http_client.calls import CONNECT_SECONDS, reply_of
from worker.http_client.client import make_client
from worker.http_client.failures import explanation
from worker.voucherify.own import own_error
from worker.voucherify.values import Json


#: Longest wait for an answer, because a worker that stops waits for the call.
ANSWER_SECONDS: Final = 4.0


class NotKnownError(Exception):
    """
    The API gave no answer that can be used.

    Attributes:
        reason: `no_answer`, `answered` or `unreadable`.
        details: what a log line says besides: why there is no answer, or the status.
    """

    def __init__(self, reason: str, **details: Any) -> None:
        super().__init__(reason)
        self.reason = reason
        self.details = details


class VoucherifyManagement:
    """
    Reads a project's webhooks.

    Args:
        url: Voucherify's API.
        project_id: the project.
        management_id, management_token: the Management API's keys.
        client: sends the requests; by default one of its own.
    """

    def __init__(
        self,
        url: str,
        project_id: str,
        management_id: str,
        management_token: str,
        client: httpx2.Client | None = None,
    ) -> None:
        project = quote(project_id, safe="")
        self._url = f"{url.rstrip('/')}/management/v1/projects/{project}/webhooks"
        self._client = client or make_client()
        self._client.timeout = httpx2.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS)
        self._client.headers.update(
            {"X-Management-Id": management_id, "X-Management-Token": management_token}
        )

    def webhooks(self) -> Json:
        """
        Return the list of the project's webhooks, as `is_webhook_list` describes it.

        Raises:
            NotKnownError: there is no such answer.
        """
        try:
            reply = reply_of(self._client.get(self._url))
        except httpx2.RequestError as error:
            why = explanation(error) or type(error).__name__
            raise NotKnownError("no_answer", why=why) from error
        if reply.status != 200:
            raise NotKnownError("answered", status=reply.status)
        verdict = judge(reply, _LIST_WEBHOOKS)
        if verdict.meaning is not Meaning.DONE:
            raise NotKnownError("unreadable")
        listed: Json = verdict.content
        return listed

    def close(self) -> None:
        """Close the connections."""
        self._client.close()


def is_webhook_list(content: Any) -> bool:
    """
    Return whether this is the API's list of a project's webhooks.

    Source: Voucherify's Management API, "List Webhooks": object, data_ref, data and total are
    required, and so are each webhook's object, target_url and active.
    """
    if not isinstance(content, dict) or not isinstance(content.get("data"), list):
        return False
    kind = (content.get("object"), content.get("data_ref"), type(content.get("total")))
    return kind == ("list", "data", int) and all(_is_webhook(each) for each in content["data"])


def _is_webhook(shown: Any) -> bool:
    return (
        isinstance(shown, dict)
        and shown.get("object") == "webhook"
        and isinstance(shown.get("target_url"), str)
        and isinstance(shown.get("active"), bool)
    )


#: Any other answer says nothing about the webhook: neither that it is on nor that it is off.
_LIST_WEBHOOKS: Final = Call(gives=is_webhook_list, wrote=own_error)
