"""Test that recorded values stay English and their translations are recorded beside them."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from citable.display import words
from citable.record import publish
from citable.record.directives import fill_roles, fill_translated

SPANISH = {"over": "más de", "under": "menos de"}
TEXT = "{n}`side` {n}`last.side` {each}`rows; {side} {x:int}`"


@pytest.mark.parametrize("translated", [False, True])
def test_values_are_recorded_in_english_and_translated(
    translated: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: dict[str, Any] = {}

    def display(data: dict[str, str], *, raw: bool, metadata: dict[str, Any]) -> None:
        (content,) = (text for kind, text in data.items() if kind.startswith("application/"))
        given[metadata["scrapbook"]["name"]] = json.loads(content)

    monkeypatch.setattr(publish, "display", display)
    for module in (publish, words):
        monkeypatch.setattr(module, "translated", lambda: translated)
    monkeypatch.setattr(words, "_catalog", lambda code: SimpleNamespace(gettext=SPANISH.get))
    rows = pd.DataFrame({"side": ["over", "under"], "x": [1200, 2]})
    publish.say(side="over", last=rows.iloc[-1], rows=rows)
    monkeypatch.setattr(words, "translated", lambda: False)  # the rest fills, and looks up nothing
    assert fill_roles(TEXT, given) == "over under over 1,200; under 2"
    expected = "más de menos de más de 1,200; menos de 2" if translated else fill_roles(TEXT, given)
    assert fill_translated(TEXT, given) == expected
