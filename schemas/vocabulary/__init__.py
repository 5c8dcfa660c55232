"""
The values that Voucherify's webhook specification of 2024-01-01 lists.

A field that may hold another value is typed with `UnknownValue` beside the enumeration.
"""
