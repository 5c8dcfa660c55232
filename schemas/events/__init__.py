"""
Events, in files that are named like them; those that share a shape stand together.

The specification calls the `data` of `RedemptionFailed` `EventRedemptionFailedData`, and so on. Both
webhooks of a project and those of a distribution carry these; a distribution that was given a
payload of the shop's own carries that instead, of which every field is None here.
"""
