"""How long files and functions are, and how many modules stand beside each other."""

import ast
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Spread:
    """Median, 90th percentile and maximum of some lengths in lines, and what is longest."""

    count: int
    total: int
    median: int
    p90: int
    most: int
    longest: str


def spread(lengths: dict[str, int]) -> Spread:
    """Return how the lengths are spread, by name."""
    ordered = sorted(lengths.values())
    longest = max(lengths, key=lengths.__getitem__)
    return Spread(
        count=len(ordered),
        total=sum(ordered),
        median=ordered[len(ordered) // 2],
        p90=ordered[len(ordered) * 9 // 10],
        most=ordered[-1],
        longest=longest,
    )


def files(paths: Iterable[Path]) -> dict[str, int]:
    """Return the lines of each file that has any."""
    lengths = {str(path): len(path.read_text().splitlines()) for path in paths}
    return {path: lines for path, lines in lengths.items() if lines}


def functions(paths: Iterable[Path]) -> dict[str, int]:
    """Return the lines of each function, by `file:name`."""
    found = {}
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno:
                found[f"{path}:{node.name}"] = node.end_lineno - node.lineno + 1
    return found


def beside(paths: Iterable[Path]) -> Counter[str]:
    """Return how many modules each folder holds, without those below it."""
    return Counter(str(path.parent) for path in paths)
