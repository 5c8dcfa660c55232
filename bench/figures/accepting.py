"""Taking webhooks in: how many, at what cost, how soon answered, in how much memory."""

from bench.findings import Finding, Plan, compared
from bench.lab import Lab, Sent, Web, send
from bench.processes import memory_mb
from bench.sides import CELERY, OURS, SIDES, VERIFY_ONLY


FIGURES = ("throughput", "receiver-cpu", "verify-only", "p99", "receiver-memory")

_REQUESTS = 1500

#: Seconds of each round at a fixed load.
_SECONDS_AT_LOAD = 1.0


def measure(plan: Plan) -> dict[str, Finding]:
    """Load all servers in turns, as fast as they answer and then at half the rival's best."""
    with Lab() as lab:
        webs = {side.name: lab.web(side, lab.store()) for side in SIDES}
        loaded = webs | {VERIFY_ONLY.name: lab.web(VERIFY_ONLY, lab.store())}
        for web in loaded.values():
            send(web, 300)
        found: dict[str, list[Sent]] = {name: [] for name in loaded}
        for _ in range(plan.rounds):
            for name, web in loaded.items():
                found[name].append(send(web, _REQUESTS))
        memory = {name: memory_mb(web.process.pid) for name, web in webs.items()}
        return {
            **_costs(found),
            "p99": _p99(webs, found, plan),
            "receiver-memory": Finding(
                value=max(memory[OURS.name]),
                sides={name: max(sizes) for name, sizes in memory.items()},
                unit="MB",
            ),
            "receiver-memory-all": Finding(
                value=sum(memory[OURS.name]),
                sides={name: sum(sizes) for name, sizes in memory.items()},
                unit="MB",
            ),
        }


def _costs(found: dict[str, list[Sent]]) -> dict[str, Finding]:
    rates = {name: [sent.rate for sent in rounds] for name, rounds in found.items()}
    costs = {name: [sent.receiver for sent in rounds] for name, rounds in found.items()}
    return {
        "throughput": compared(rates, OURS.name, CELERY.name, "/s"),
        "receiver-cpu": compared(costs, OURS.name, CELERY.name, "µs"),
        "verify-only": compared(rates, OURS.name, VERIFY_ONLY.name, "/s"),
    }


def _p99(webs: dict[str, Web], found: dict[str, list[Sent]], plan: Plan) -> Finding:
    rate = sorted(sent.rate for sent in found[CELERY.name])[plan.rounds // 2] / 2
    latencies: dict[str, list[float]] = {name: [] for name in webs}
    # Short rounds and many: one pause of a shared machine is the p99 of its round.
    for _ in range(plan.rounds * 4):
        for name, web in webs.items():
            requests = int(rate * _SECONDS_AT_LOAD)
            latencies[name].append(send(web, requests, rate=rate, connections=100).p99)
    return compared(latencies, OURS.name, CELERY.name, "ms")
