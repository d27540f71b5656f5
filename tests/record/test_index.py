"""The index of jurisdictions in print: what it marks, and what it leaves as it is."""

from __future__ import annotations

from lxml import html

from scomm.places.print_index import mark


def test_a_paragraph_that_names_a_place_gets_an_id_and_keeps_one_it_has() -> None:
    article = html.fromstring(
        "<article><p>Nothing.</p><p>In Merced County, California.</p>"
        '<p id="kept">Again in California.</p></article>'
    )
    found = {entry.name: ids for entry, ids in mark(article, "chapter").items()}
    given = article[1].get("id")
    assert given is not None
    assert given.startswith("chapter--place-")
    assert article[0].get("id") is None
    assert found == {"Merced County": [given], "California": [given, "kept"]}
