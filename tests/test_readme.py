"""What the README quotes is what was measured."""

from __future__ import annotations

import json
import re

from citable import paths


def test_the_ratios_of_the_readme_are_those_of_the_benchmark() -> None:
    file = paths.ROOT / "bench" / "results.json"
    parts = json.loads(file.read_text(encoding="utf-8"))["parts"]
    ratio = {
        (row["name"], row.get("compared_with")): row.get("ratio")
        for rows in parts.values()
        for row in rows
    }
    text = " ".join((paths.ROOT / "README.md").read_text(encoding="utf-8").split())
    measured = re.search(r"On two cores \(`bench/results.json`.*?checks nothing\.", text)
    assert measured
    records = "removals and arrests to tables, seconds"
    assert re.findall(r"\d\.\d+", measured[0]) == [
        f"{ratio['build, cold, seconds', 'a plain build']:.2f}",
        f"{ratio[records, 'pandas typed by hand']:.2f}",
        f"{ratio[records, 'one SQL statement']:.2f}",
    ]
