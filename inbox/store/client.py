from redis import ConnectionPool, Redis

from inbox.keys import Keys


class StoreClient(Redis):
    """
    A client of the store of one installation.

    Attributes:
        names: the keys of the installation.
    """

    def __init__(self, pool: ConnectionPool, names: Keys) -> None:
        super().__init__(connection_pool=pool)
        # The pool is this client's alone: who closes the client leaves no connection behind.
        self.auto_close_connection_pool = True
        self.names = names
