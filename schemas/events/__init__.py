"""
Events, in files by topic; each type is declared with its class, as `event_type`.

The types are those of the webhook specification "Events" of 2024-01-01: the key of a webhook
there, in lower case and without `EVENTS`. `BUS_VAL_RULE` is `business_validation_rule`, and the
event of distributions has its own name alone (API reference, webhooks of project settings and of
distributions). Some examples there carry the name of another event. The specification calls the
`data` of `RedemptionFailed` `EventRedemptionFailedData`, and so on.

Webhooks of a project and of a distribution carry the same `data` in the same envelope. For the
latter the envelope's `type` is a name for display, so what counts is `event.type`. A distribution
that was given a payload of the shop's own carries that instead, which is no such event.
"""
