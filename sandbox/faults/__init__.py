"""
What can go wrong, decided call by call.

A `Fault` says how one call, or one webhook, goes wrong. Four things decide which it is:

    rules       the next calls of a kind, over a socket (PUT /sandbox/faults) and in process
    catalogue   answers by name, as Voucherify and what stands in front of it may write them
    webhooks    shares of all webhooks, by a seeded random choice (PUT /sandbox/webhook)
    a plan      of a test in process, which sees each call

`activity` is the fault of data: entries that no document promises. Faulty data that is made
once (nulls in a holder, an assignment that the API does not make, a rollback that fails) is
asked for at the endpoints of `sandbox.control.faults`.
"""
