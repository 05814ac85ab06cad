"""What a simulated pen has laid, read from the SVG that the simulated plotter writes."""

from __future__ import annotations

import re

Polyline = list[tuple[float, float]]


def polylines(svg: str) -> list[Polyline]:
    """In mm, y up; a dot is a polyline of one point, and a closed one ends where it begins."""
    found = []
    for path in re.findall(r'<path[^>]* d="([^"]*)"', svg):
        numbers = [float(word) for word in re.findall(r"-?\d*\.?\d+", path.removesuffix("h0"))]
        points = [(x, -y) for x, y in zip(numbers[::2], numbers[1::2], strict=True)]
        found.append([*points, points[0]] if path.endswith("Z") else points)
    return found
