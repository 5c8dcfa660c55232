"""
What to take back, decided by pure functions over values; nothing here calls anybody.

`needs` tells what must be looked up for an event, `decide` makes of what was found a plan of
ordered steps, each with its reason. docs/revocation.md explains the matrix to people.
"""
