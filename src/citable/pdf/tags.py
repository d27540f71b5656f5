"""Repair WeasyPrint's tags to conform to PDF/UA-1, and declare it beside PDF/A.

WeasyPrint writes one variant at a time. Its PDF/A-2a has nearly all that PDF/UA-1 asks for; the rest
is done here on the document's objects, before they are written.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from citable.errors import PrintError

Objects = Any  # pydyf's objects have no public types

# PDF/A-2 knows no property of PDF/UA, so that its schema is described beside it.
_DECLARATION = b"""
<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" pdfuaid:part="1"/>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"
 xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name>
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Part of ISO 14289 to which the document conforms</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description>
"""


def own_links(pages: Sequence[Any]) -> None:
    """Keep one annotation a link: WeasyPrint adds another for each element inside it."""
    for page in pages:
        page.links = [link for link in page.links if link[-1].link]


def mend_tags(pages: Sequence[Any], pdf: Objects) -> None:
    """Repair the tags of a PDF to conform to PDF/UA-1, and declare it.

    List items get a body, header cells a scope, links their text as description; heads, feet and
    pictures without words are taken out of what is read aloud. Raises PrintError for content that is
    nowhere.
    """
    _declare(pdf)
    _describe_links(pages)
    _set_scopes(pages)
    root = _object(pdf, pdf.catalog["StructTreeRoot"])
    kept: set[bytes] = set()
    decoration: set[bytes] = set()
    for reference in root["K"]:
        _mend_element(pdf, reference, kept, decoration)
    _set_artifacts(pdf, _object(pdf, root["ParentTree"])["Nums"], kept, decoration)


def _object(pdf: Objects, reference: bytes) -> Any:
    return pdf.objects[int(reference.split()[0])]


def _declare(pdf: Objects) -> None:
    """Declare PDF/UA in the metadata, uncompressed, for tools that do not parse PDF."""
    metadata = _object(pdf, pdf.catalog["Metadata"])
    before, end, after = b"".join(metadata.stream).rpartition(b"</rdf:RDF>")
    metadata.stream = [before + _DECLARATION + end + after]
    metadata.compress = False


def _describe_links(pages: Sequence[Any]) -> None:
    import pydyf

    for page in pages:
        for *_rest, box in page.links:
            words = " ".join("".join(box.element.itertext()).split())
            if words and box.link_annotation is not None:
                box.link_annotation["Contents"] = pydyf.String(words)


def _boxes(pages: Sequence[Any]) -> Iterator[Any]:
    for page in pages:
        yield from page._page_box.descendants()


def _set_scopes(pages: Sequence[Any]) -> None:
    """Set the scope of each header cell, row or column."""
    for box in _boxes(pages):
        mark = getattr(box, "mark", None)
        if mark is not None and mark["S"] == "/TH":
            row = (box.element.get("scope") or "").startswith("row")
            mark["A"]["Scope"] = "/Row" if row else "/Column"


def _mend_element(pdf: Objects, reference: bytes, kept: set[bytes], decoration: set[bytes]) -> None:
    """Repair a structure element and its descendants; collect the references of both kinds."""
    kept.add(reference)
    element = _object(pdf, reference)
    kids = []
    for kid in element["K"]:
        child = _object(pdf, kid) if isinstance(kid, bytes) else None
        if child is not None and child.get("Type") == "/StructElem":
            if child["S"] == "/Figure" and "Alt" not in child:
                decoration.add(kid)
                continue
            _mend_element(pdf, kid, kept, decoration)
        kids.append(kid)
    element["K"][:] = kids
    if element["S"] == "/LI":
        _set_bodies(pdf, element)


def _set_bodies(pdf: Objects, item: Any) -> None:
    """Move the children of a list item that are neither label nor body into a body."""
    import pydyf

    kids: list[Any] = []
    body = None
    for kid in item["K"]:
        child = _object(pdf, kid) if isinstance(kid, bytes) else None
        if child is not None and child.get("S") in ("/Lbl", "/LBody"):
            kids.append(kid)
            body = child if child["S"] == "/LBody" else None
            continue
        if body is None:
            body = pydyf.Dictionary(
                {
                    "Type": "/StructElem",
                    "S": "/LBody",
                    "K": pydyf.Array(),
                    "Pg": item["Pg"],
                    "P": item.reference,
                }
            )
            pdf.add_object(body)
            kids.append(body.reference)
        body["K"].append(kid)
        if child is not None and child.get("Type") == "/StructElem":
            child["P"] = body.reference
    item["K"][:] = kids


def _set_artifacts(
    pdf: Objects, numbers: list[Any], kept: set[bytes], decoration: set[bytes]
) -> None:
    """Mark content that no structure element holds as artifact.

    ``numbers`` maps each page to the elements of its marked content, in the order of its numbers.
    """
    for number, page in enumerate(pdf.page_references):
        owners = numbers[2 * number + 1]
        marks = {}
        for mcid, owner in enumerate(owners):
            if owner not in kept:
                marks[mcid] = {} if owner in decoration else {"Type": "/Pagination"}
                owners[mcid] = "null"
        content = _object(pdf, _object(pdf, page)["Contents"]).stream
        for tag, properties in enumerate(content[1:]):
            if isinstance(properties, dict) and properties.get("MCID") in marks:
                content[tag] = "/Artifact"
                found = marks.pop(properties["MCID"])
                properties.clear()
                properties.update(found)
        if marks:
            raise PrintError(f"page {number + 1} of the PDF: no marked content {sorted(marks)}.")
