"""Starting: the processor time until a receiver can accept."""

from bench.findings import Finding, Plan, compared
from bench.lab import Lab
from bench.processes import processor_seconds
from bench.sides import OURS, SIDES


FIGURES = ("start",)


def measure(plan: Plan) -> dict[str, Finding]:
    """Start each server anew in each round."""
    used: dict[str, list[float]] = {side.name: [] for side in SIDES}
    with Lab() as lab:
        stores = {side.name: lab.store() for side in SIDES}
        for _ in range(plan.rounds):
            for side in SIDES:
                with Lab() as once:
                    web = once.web(side, stores[side.name])
                    used[side.name].append(processor_seconds(web.process.pid))
    medians = compared(used, OURS.name, OURS.name, "s").sides
    return {
        "start": Finding(value=medians[OURS.name], rounds=used[OURS.name], sides=medians, unit="s")
    }
