from redis import Redis

from inbox.keys import CHECKIN


def first_in(client: Redis, caller: str, seconds: float) -> bool:
    """Return True to one caller of the fleet in each span of so many seconds."""
    return bool(client.set(CHECKIN, caller, nx=True, px=int(seconds * 1000)))
