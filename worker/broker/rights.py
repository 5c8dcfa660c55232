"""Whether the store lets this worker use the queues of own handlers (deploy/acl/users.acl)."""

from collections.abc import Iterable

import structlog
from redis import Redis
from redis.exceptions import NoPermissionError


log = structlog.get_logger()


def log_missing_rights(store: Redis, queues: Iterable[str]) -> None:
    """
    Log for which queues the store's user has no right, and what to add.

    A worker that may not take from one queue takes from none, and the store does not say which
    it is.
    """
    for queue in queues:
        try:
            store.llen(queue)
        except NoPermissionError:
            log.error(  # noqa: TRY400 - its words may hold anything
                "queue.not_allowed",
                queue=queue,
                why=f"add ~{queue} to the store's users of worker, flower and operators "
                "(docs/handlers.md)",
            )
