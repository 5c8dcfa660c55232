"""
Stand-ins for what perkhook talks to: Voucherify, a CRM and a shop's own service.

They keep state, can be made to fail, and show one page. They import nothing of
the product, so the two cannot share a mistake.
"""
