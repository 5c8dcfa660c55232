"""
What is finished, packed small: completed deliveries and the effects that they led to.

    delivery:<id>, effect:<id>, identity:…   ─▶ one record in a stream, found by an index

A delivery that is completed keeps its hashes for a moment. Then a worker folds it: what they say
becomes one record, and they are deleted, in one step. A record is never changed. Effects that are
not confirmed stay in their hashes, for they may still change.

`completed` remembers each completed delivery for the de-duplication window. A record with a
removal or with effects is in `archive`, for REMOVAL_MEMORY_SECONDS. `index:<n>` says which
entries hold a name. docs/decisions/0049 says why.
"""
