"""Charts as SVG, readable on light and dark pages; values in, text out."""

from collections.abc import Sequence
from typing import Final


WIDTH: Final = 860
_COLOURS: Final = ("#1f77b4", "#d9730d", "#7a5195", "#8a8f98")
_STYLE: Final = (
    "text{font:13px system-ui,sans-serif;fill:#555}"
    ".title{font-weight:600;font-size:15px}.value{font-variant-numeric:tabular-nums}"
    "@media(prefers-color-scheme:dark){text{fill:#c9d1d9}}"
)
_LABELS: Final = 190
_BAR: Final = 20


def page(parts: Sequence[tuple[str, int]]) -> str:
    """Put charts under each other; each is its text and its height."""
    pieces, top = [], 10
    for text, height in parts:
        pieces.append(f'<g transform="translate(10,{top})">{text}</g>')
        top += height
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {top}" role="img">'
        f"<title>perkhook against what people would otherwise write</title>"
        f"<style>{_STYLE}</style>{''.join(pieces)}</svg>\n"
    )


def bars(title: str, unit: str, values: dict[str, float]) -> tuple[str, int]:
    """Draw one bar for each name, the same scale for all."""
    most = max(values.values())
    room = WIDTH - _LABELS - 140
    pieces = [f'<text class="title" y="14">{title}</text>']
    for row, (name, value) in enumerate(values.items()):
        y = 26 + row * (_BAR + 6)
        length = max(1.0, value / most * room)
        pieces += [
            f'<text x="{_LABELS - 8}" y="{y + 15}" text-anchor="end">{name}</text>',
            (
                f'<rect x="{_LABELS}" y="{y}" width="{length:.0f}" height="{_BAR}" '
                f'fill="{_COLOURS[row % len(_COLOURS)]}"/>'
            ),
            (
                f'<text class="value" x="{_LABELS + length + 6:.0f}" y="{y + 15}">'
                f"{number(value)} {unit}</text>"
            ),
        ]
    return "".join(pieces), 26 + len(values) * (_BAR + 6) + 24


def lines(title: str, along: str, series: dict[str, list[tuple[float, float]]]) -> tuple[str, int]:
    """Draw one line for each name from points of two numbers, each with its last value."""
    height, room = 220, WIDTH - _LABELS - 200
    points = [point for line in series.values() for point in line]
    widest, highest = max(x for x, _ in points), max(y for _, y in points)
    bottom = 26 + height
    pieces = [
        f'<text class="title" y="14">{title}</text>',
        f'<path d="M{_LABELS},26V{bottom}H{_LABELS + room}" fill="none" stroke="#999"/>',
        f'<text x="{_LABELS}" y="{bottom + 18}">0</text>',
        (
            f'<text x="{_LABELS + room}" y="{bottom + 18}" text-anchor="end">'
            f"{widest:,.0f} {along}</text>"
        ),
    ]
    for position, (name, line) in enumerate(series.items()):
        colour = _COLOURS[position]
        path = " ".join(
            f"{_LABELS + x / widest * room:.1f},{bottom - y / highest * height:.1f}"
            for x, y in line
        )
        last = bottom - line[-1][1] / highest * height
        pieces += [
            f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2.5"/>',
            f'<text x="{_LABELS + room + 8}" y="{last + 4:.0f}">{name}</text>',
            (
                f'<text class="value" x="{_LABELS + room + 8}" y="{last + 20:.0f}">'
                f"{number(line[-1][1])} MB</text>"
            ),
        ]
    return "".join(pieces), bottom + 34


def number(value: float) -> str:
    """Write three digits, or all of a large number."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
