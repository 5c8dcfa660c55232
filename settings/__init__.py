"""
Settings from the environment: each variable is declared once, here, and read once at the start.

Every problem stands in one message. Nothing of ours is imported here, so each process can.

Not `environs`: that library imports Marshmallow, which the receiver must not load (10 MB
and 0.2 s of processor time at every start; docs/decisions/0043-one-settings-module.md).
"""
