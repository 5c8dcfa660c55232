"""
Events, in files that are named like them; those that share a shape stand together.

The specification calls the `data` of `RedemptionFailed` `EventRedemptionFailedData`, and so on.
Webhooks of a project and those of a distribution carry the same. A distribution that was given a
payload of the shop's own carries that instead, which is no such event.
"""
