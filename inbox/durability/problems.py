"""Why the store cannot confirm ACCEPT_DURABILITY, in sentences."""

from typing import Final


LOST: Final = "the store was replaced by one that does not have it"
SLOW_DISK: Final = "the store's disk has not confirmed it in time (ACCEPT_DURABILITY=fsync)"
NO_REPLICA: Final = (
    "no replica of the store has confirmed it (ACCEPT_DURABILITY=replica): see that one is "
    "connected and in step"
)
NO_AOF: Final = "ACCEPT_DURABILITY=fsync needs a store with appendonly yes"
NO_WAITAOF: Final = "ACCEPT_DURABILITY=fsync needs WAITAOF: Redis 7.2 or newer, or Valkey"
EARLY: Final = (
    "ACCEPT_DURABILITY=fsync needs appendfsync everysec or always on this store, and that CONFIG "
    "GET may be asked: it else confirms before its disk has it, or never"
)
NO_FSYNC_ON_REWRITE: Final = (
    "ACCEPT_DURABILITY=fsync with appendfsync everysec needs no-appendfsync-on-rewrite no"
)
BAD_DISK: Final = "the store could not write its append-only file to its disk; see its log"
BAD_REWRITE: Final = (
    "the store could not rewrite its append-only file (aof_last_bgrewrite_status), and what its "
    "disk has is unknown until it can; see its log"
)
UNREPORTED: Final = "the store does not report what ACCEPT_DURABILITY=fsync needs to know"
