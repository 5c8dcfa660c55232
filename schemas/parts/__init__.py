"""
Objects that Voucherify's events share, as frozen dataclasses.

The facts are those of the webhook specification "Events" of 2024-01-01. Only the attributes
without a default are relied on: its own examples do not follow it. `schema_of` makes the schema
that reads a part from its attributes (decision 32).

Where the specification has an object in short and in full (`SimpleVoucher`, `Voucher`), the full
one is a subclass: code for a `Voucher` also works with a `FullVoucher`. Forms that differ by a few
fields are one part with all of them, and its docstring says so. An `Identified...` part is what an
event is about, and has its id. A docstring names the object in the specification, if it has a name
there.

Every field of the specification is declared. What is not declared, and why:

- What is below names that a shop chose, or that are ids (`metadata`, `rules`, `earning_rules`,
  `rewards` of a tier, `redemptions` of an order, `campaigns` of a customer's loyalty): the
  object is kept as it came. Such a name may be personal, so no message may show it.
- Fields that only examples have: `redeemed_points`, `redeemed_amount` and `category` of a code in
  short.
"""
