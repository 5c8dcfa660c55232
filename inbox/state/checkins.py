from inbox.store.client import StoreClient


def first_in(client: StoreClient, caller: str, seconds: float) -> bool:
    """Return True to one caller of the fleet in each span of so many seconds."""
    return bool(client.set(client.names.checkin, caller, nx=True, px=int(seconds * 1000)))
