"""
Objects that Voucherify's events share, as frozen dataclasses.

The facts are those of the webhook specification "Events" of 2024-01-01. Nothing but the
attributes without a default is relied on: its own examples do not follow it. `schema_of` makes
the schema that reads a part from its attributes (decision 32).

Where the specification has an object in short and in full (`SimpleVoucher`, `Voucher`), the full
one is a subclass: who takes a `Voucher` can be given a `FullVoucher`. Forms that differ by a few
fields are one part with all of them, which its docstring says. An `Identified...` part is
what an event is about, and has its id. A part whose docstring names no object of the
specification is one that has no name there.

Every field of the specification is declared. What is not declared, and why:

- What is below names that a shop chose, or that are ids (`metadata`, `rules`, `earning_rules`,
  `rewards` of a tier, `redemptions` of an order, `campaigns` of a customer's loyalty): the
  object is kept as it came. Such a name may be personal, so no message may show it.
- Fields that only examples have: `redeemed_points`, `redeemed_amount` and `category` of a code in
  short.
"""
