"""Boundaries of counties and states: the topology decoded into paths that a page can draw.

The format is TopoJSON (specification 1.0, section 2.1.4): an arc is a list of steps in whole
numbers, scaled and shifted by the file's transform; ``~i`` is arc ``i`` walked backwards.
"""

from __future__ import annotations

import io
import tarfile
from pathlib import Path
from typing import Any

import pandas as pd

from citable.errors import SourceError
from citable.files.strict import decompress, parse_json
from citable.tables.passports import locate
from scomm.data.ingest.base import Output

BOUNDARIES = "geo/us-atlas-3.0.1.tgz"
ORIGINALS = (BOUNDARIES,)
TABLES = ("county_shapes", "state_shapes")

MEMBER = "package/counties-albers-10m.json"
Point = tuple[float, float]


def topology(folder: Path) -> dict[str, Any]:
    """Return the topology file inside the package. Raises SourceError if it is not there."""
    file = locate(BOUNDARIES, folder)
    try:
        with tarfile.open(fileobj=io.BytesIO(decompress(file)), mode="r:") as package:
            stream = package.extractfile(MEMBER)
            content = stream.read() if stream else b""
    except (OSError, EOFError, KeyError, ValueError, OverflowError, tarfile.TarError) as error:
        raise SourceError(
            BOUNDARIES,
            found=f"a package that cannot be read ({error})",
            expected=f"a whole tgz file with {MEMBER}",
            remedy="The download was cut off or is another package; fetch it again.",
        ) from error
    try:
        found = parse_json(content)
        for name in ("transform", "arcs", "objects"):
            found[name]
    except (ValueError, KeyError, TypeError) as error:
        raise SourceError(
            f"{BOUNDARIES}, {MEMBER}", found=f"no topology ({error})", expected="TopoJSON"
        ) from error
    return found


def decode_arcs(source: dict[str, Any]) -> list[list[Point]]:
    """Decode every arc to points on the page: steps summed, then scaled and shifted."""
    (scale_x, scale_y), (shift_x, shift_y) = (
        source["transform"]["scale"],
        source["transform"]["translate"],
    )
    arcs = []
    for steps in source["arcs"]:
        x = y = 0
        points = []
        for step_x, step_y in steps:
            x, y = x + step_x, y + step_y
            points.append((x * scale_x + shift_x, y * scale_y + shift_y))
        arcs.append(points)
    return arcs


def ring(numbers: list[int], arcs: list[list[Point]]) -> list[Point]:
    """Join arcs into one closed ring, without repeating the points that arcs share."""
    points: list[Point] = []
    for number in numbers:
        arc = arcs[number] if number >= 0 else arcs[~number][::-1]
        points.extend(arc[1:] if points else arc)
    return points


def _path(rings: list[list[Point]], corners: int = 3) -> str:
    """Return an SVG path of the rings that have enough corners left after rounding."""
    parts = []
    for points in rings:
        places = [f"{x:.1f},{y:.1f}" for x, y in points]
        kept = [place for i, place in enumerate(places) if i == 0 or place != places[i - 1]]
        if len(kept) > 1 and kept[-1] == kept[0]:
            kept.pop()
        # An islet that rounding turns into a point or a line has no area to draw.
        if len(kept) >= corners:
            parts.append("M" + "L".join(kept) + "Z")
    return "".join(parts)


def _shapes(source: dict[str, Any], layer: str) -> pd.DataFrame:
    arcs = decode_arcs(source)
    rows = []
    for shape in source["objects"][layer]["geometries"]:
        polygons = shape["arcs"] if shape["type"] == "MultiPolygon" else [shape["arcs"]]
        rings = [ring(numbers, arcs) for polygon in polygons for numbers in polygon]
        # The topology itself leaves three cities of Virginia one or two corners: a point or a
        # short line stands for them.
        path = _path(rings) or _path(rings, corners=1)
        if not path:
            raise SourceError(
                f"{BOUNDARIES}, {MEMBER}",
                column=layer,
                found=f"{shape['id']} without extent",
                expected="at least one ring",
            )
        rows.append((shape["id"], shape["properties"]["name"], path))
    return pd.DataFrame(rows, columns=["fips", "name", "path"])


def run(folder: Path) -> list[Output]:
    """Decode counties and states. Raises SourceError."""
    source = topology(folder)
    outputs = []
    for table, layer in zip(TABLES, ("counties", "states"), strict=True):
        try:
            frame = _shapes(source, layer)
        except (
            KeyError,
            IndexError,
            TypeError,
            ValueError,
            AttributeError,
            OverflowError,
        ) as error:
            raise SourceError(
                f"{BOUNDARIES}, {MEMBER}",
                column=layer,
                found=f"a topology that does not hold together ({error!r})",
                expected="arcs and shapes as TopoJSON has them",
                remedy="The package is another or was changed; fetch it again.",
            ) from error
        outputs.append(Output(table, frame, len(frame), "every shape is kept"))
    return outputs
