"""A stand-in for HubSpot's CRM API, version 2026-09, as far as notes on contacts need it."""
