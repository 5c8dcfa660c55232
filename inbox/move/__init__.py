"""
The move of one installation to another address, another prefix or onto a cluster.

Keys go in batches. A batch is set aside in the source under names that nobody writes to, copied to
the target in one step that also notes it, and deleted in the source once the target has confirmed
it. At any time a value is in the source, set aside in the source, or noted in the target, so a run
may be cut off anywhere. docs/decisions/0048-a-move.md has the reasons.
"""
