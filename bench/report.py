"""`python -m bench.report`: the picture and the tables of docs/performance.md, from a run."""

import json
from typing import Any, Final

from bench.drawing import bars, lines, number, page
from bench.goals import GOALS
from bench.processes import BUILD, ROOT
from bench.sides import SIDES


_DOCS: Final = ROOT / "docs"
_BEGIN, _END = "<!-- bench: begin -->", "<!-- bench: end -->"
_NAMES: Final = [side.name for side in SIDES]


def main() -> None:
    """Draw, and write the tables between their marks."""
    run = json.loads((BUILD / "bench.json").read_text())
    missing = GOALS.keys() - run["figures"].keys()
    if missing:
        raise SystemExit(f"build/bench.json is of a run without {', '.join(sorted(missing))}")
    (_DOCS / "performance.svg").write_text(picture(run["figures"]))
    page_path = _DOCS / "performance.md"
    before, rest = page_path.read_text().split(_BEGIN)
    after = rest.split(_END)[1]
    page_path.write_text(f"{before}{_BEGIN}\n\n{tables(run)}\n{_END}{after}")


def picture(figures: dict[str, Any]) -> str:
    """Draw throughput, processor time, and memory against backlog."""
    memory = {
        name: [(x, y / 1e6) for x, y in points]
        for name, points in figures["store-memory"]["series"].items()
    }
    return page(
        [
            bars(
                "Accepted webhooks per second, one process (more is better)",
                "/s",
                _sides(figures, "throughput"),
            ),
            bars(
                "Receiver's processor time for each webhook (less is better)",
                "µs",
                _sides(figures, "receiver-cpu"),
            ),
            bars(
                "Events handled per second, each call taking 50 ms (more is better)",
                "/s",
                _sides(figures, "events"),
            ),
            bars(
                "Worker's processor time for each event (less is better)",
                "µs",
                _sides(figures, "worker-cpu"),
            ),
            lines("Store memory against backlog (less is better)", "events waiting", memory),
        ]
    )


def tables(run: dict[str, Any]) -> str:
    """Write where it was measured, the figures with their goals, and what each side came to."""
    machine, plan, figures = run["machine"], run["plan"], run["figures"]
    text = [
        (
            f"Measured on {machine['date']}: {machine['cpu']}, {machine['cores']} cores, "
            f"Linux {machine['kernel']}, Python {machine['python']}, Valkey {machine['valkey']}; "
            f"{plan['rounds']} rounds, a backlog of {plan['backlog']:,}; "
            f"the load that others had put on the machine was {machine['load']:.1f}."
        ),
        "",
        "| figure | what | value | goal | |",
        "|---|---|---|---|---|",
    ]
    for name, goal in GOALS.items():
        value = figures[name]["value"]
        word = "ok" if goal.met(value) else "**short**"
        text.append(f"| `{name}` | {goal.says} | {number(value)} {goal.unit} | {goal} | {word} |")
    text += ["", "| figure | unit | medians of each side |", "|---|---|---|"]
    for name, figure in figures.items():
        sides = "; ".join(f"{side} {number(value)}" for side, value in figure["sides"].items())
        text.append(f"| `{name}` | {figure['unit']} | {sides} |")
    return "\n".join([*text, ""])


def _sides(figures: dict[str, Any], name: str) -> dict[str, float]:
    sides: dict[str, float] = figures[name]["sides"]
    return {side: sides[side] for side in _NAMES if side in sides}


if __name__ == "__main__":
    main()
