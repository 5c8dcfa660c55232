"""Taking webhooks in when each must be on the store's disk before its answer."""

from dataclasses import replace

from bench.findings import Finding, Plan, compared
from bench.lab import Lab, Web, send
from bench.sides import OURS, Side


FIGURES = ("durable",)

_SENDERS = 50
_REQUESTS = 2_000


def measure(plan: Plan) -> dict[str, Finding]:
    """Load a receiver that waits for `appendfsync always` and one that waits for nothing."""
    with Lab() as lab:
        durable = _web(lab, "fsync", "always")
        memory = _web(lab, "memory", "everysec")
        rates: dict[str, list[float]] = {web.side.name: [] for web in (durable, memory)}
        for web in (durable, memory):
            send(web, 300, connections=_SENDERS)
        for _ in range(plan.rounds):
            for web in (durable, memory):
                rates[web.side.name].append(send(web, _REQUESTS, connections=_SENDERS).rate)
    return {"durable": compared(rates, durable.side.name, memory.side.name, "/s")}


def _web(lab: Lab, durability: str, policy: str) -> Web:
    store = lab.store()
    store.client.config_set("appendfsync", policy)
    return lab.web(_waiting_for(durability, policy), store)


def _waiting_for(durability: str, policy: str) -> Side:
    def environment(url: str, downstream: str | None) -> dict[str, str]:
        return OURS.environment(url, downstream) | {"ACCEPT_DURABILITY": durability}

    return replace(OURS, name=f"{durability}, {policy}", environment=environment)
