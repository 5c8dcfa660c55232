"""
The durable hand-over between receiver and workers: what was accepted and what is still pending.

The same store, by who uses it: `intake.Intake` (receiver), `jobs.Jobs` (workers),
`admin.queries.Admin` and `admin.decisions.Decisions` (operators). Every change of state is one Lua
script in `store/lua/`, so a crash never splits a change, and every time is by the server's clock.
"""
