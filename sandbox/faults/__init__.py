"""
What can go wrong, decided call by call.

A `Fault` says how one call, or one webhook, goes wrong. Four things decide which it is:

    rules       the next calls of a kind, over a socket (PUT /sandbox/faults) and in process
    catalogue   answers by name, as Voucherify and what stands in front of it may write them
    webhooks    shares of all webhooks, by a seeded random choice (PUT /sandbox/webhook)
    a plan      of a test in process, which sees each call

`data` has the faults of what the API shows: entries that no document promises in a customer's
activity, nulls in an assignment, rollbacks that fail. `sandbox.control.faults` has the endpoints
by which all of these are asked for.
"""
