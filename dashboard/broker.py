"""Flower's own questions to the store, how long its queues are, by the inbox's address."""

from typing import Any

import flower.views
from flower.utils.broker import RedisBase
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from settings.store_address import StoreAddress


def ask_by_parts(address: StoreAddress) -> None:
    """
    Let Flower's pages ask the store at this address.

    Flower parses the broker's address a second time, and in its own way: of a Unix socket it knows
    neither database nor user, so its page would count the queues of database 0.
    """

    def make(url: str, **options: Any) -> Queues:
        return Queues(url, address, **options)

    flower.views.Broker = make


class Queues(RedisBase):  # type: ignore[misc]  # Flower ships no types
    """Flower's client of Redis, made of parts."""

    def __init__(self, url: str, address: StoreAddress, **options: Any) -> None:
        super().__init__(url, **options)
        place = address.options
        if address.is_socket:
            place["unix_socket_path"] = place.pop("path")
        self.redis: Redis = Redis(
            **place,
            ssl=address.tls is not None,
            socket_timeout=self.socket_timeout,
            socket_connect_timeout=self.socket_connect_timeout,
            retry=Retry(NoBackoff(), 0),
        )
