"""When a webhook is tried again, as Voucherify's "Introduction to webhooks" lists it."""

WAITS_MINUTES = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 1440)
TRIES_BEFORE_DISABLING = 12
ANSWER_SECONDS = 10.0

# Below this a busy test machine would fail tries that the receiver answered in time.
_SHORTEST_ANSWER_SECONDS = 1.0


def wait_after(failed_tries: int, *, speedup: float) -> float | None:
    """
    Return the seconds until the next try, or None when the webhook is to be disabled.

    >>> wait_after(1, speedup=60), wait_after(7, speedup=60), wait_after(12, speedup=60)
    (1.0, 64.0, None)
    """
    if failed_tries >= TRIES_BEFORE_DISABLING:
        return None
    return WAITS_MINUTES[failed_tries - 1] * 60 / speedup


def answer_limit(*, speedup: float) -> float:
    """
    Return how long the receiver may take to answer.

    >>> answer_limit(speedup=1), answer_limit(speedup=60)
    (10.0, 1.0)
    """
    return max(ANSWER_SECONDS / speedup, min(ANSWER_SECONDS, _SHORTEST_ANSWER_SECONDS))
