"""
What to take back for a removed assignment.

`find` reads what an event needs, `decide` turns it into a plan of ordered steps by pure functions
over values, each step with its reason, and `execute` does each step once. docs/revocation.md
explains the matrix.
"""
