"""The one client of Voucherify: its REST API and its Management API."""
