"""
Notifies HubSpot: three properties and one note on the contact who is the customer.

Facts are those of HubSpot's developer documentation, API version 2026-09: "Contacts",
"Notes", "Associations", "Properties", "Error handling", "Usage guidelines". docs/hubspot.md
says how an account is made ready.
"""
