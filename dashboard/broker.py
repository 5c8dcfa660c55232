"""Flower's own question to the store, how long its queues are, by the inbox's connections."""

from collections.abc import Iterable
from typing import TypedDict

from flower.views import BaseHandler
from tornado.web import HTTPError

from dashboard.access import AdminAccess
from inbox.errors import InboxUnavailableError


class Queue(TypedDict):
    """A queue as Flower's pages show it."""

    name: str
    messages: int


def ask_by_inbox() -> None:
    """
    Let Flower's pages count queues by our connections, each those of its own brand.

    Flower parses the broker's address a second time, in its own way, and knows one server only: of
    a Unix socket neither database nor user, of sentinels and clusters nothing.
    """

    def make(handler: BaseHandler) -> "Queues":
        return Queues(handler.settings["perkhook"].access)

    BaseHandler.get_broker = make


class Queues:
    """What Flower asks of a broker."""

    def __init__(self, access: AdminAccess) -> None:
        self._access = access

    async def queues(self, names: Iterable[str]) -> list[Queue]:
        """
        Return how many messages are in each of these queues.

        Raises:
            tornado.web.HTTPError: 503, the store does not answer as it should, and why.
        """
        try:
            found = await self._access.ask(self._access.queries.messages_in, list(names))
        except InboxUnavailableError as error:
            raise HTTPError(503, error.sentence, reason="Store unavailable") from error
        return [{"name": name, "messages": messages} for name, messages in found.items()]
