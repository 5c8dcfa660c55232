"""
The move of one installation to another address, another prefix or onto a cluster.

Keys go in batches. A batch is set aside in the source under names that nobody writes to, stored in
the target in one step that also notes it, and deleted in the source once the target has confirmed
it. At any time a value is in the source, set aside in the source, or noted in the target, so a run
may be cut off anywhere.

Values are read and written by their type. DUMP and RESTORE take a key whole, which blocks both
servers for a list of a million, and an older server refuses what a newer one dumped (redis/redis
#2920: "DUMP payload version or checksum are wrong"). A large value is split in the source, so that
each step takes a few milliseconds. Positions in a SCAN mean nothing after a restart or a failover
(valkey-io/valkey#4), so none is kept: passes are made until one finds nothing.

=====================  ======  =====================================================================
key                    type    meaning
=====================  ======  =====================================================================
moving                 hash    On both sides, and while it is there every script but those of
                               receivers and those that read is refused (`inbox.store.scripts`).
                               In a source that was moved away it stays.
                       - id: of the move; role: away or in; since: when it began
                       - batch:<id>: a batch that is set aside (away) or stored (in)
                       - taken, put: 1 if there ever was one
                       - closed: 1 if receivers are refused, too; ended: 1 if all is moved
moving:<batch>         list    names of the keys of a batch in the source
moving:<batch>:<key>   any     such a key, or a part of a large one; its life goes on
moving:probe           string  shows whether two addresses are one place; a minute
=====================  ======  =====================================================================
"""
