"""
A stand-in for the part of Voucherify that referral perks touch.

Paths, status codes and bodies follow Voucherify's public API reference. Where that
is silent the stand-in takes the stricter reading, so that the product cannot lean
on luck.
"""
