"""Compute the Content-Security-Policy of a built site: its own origin, and nothing else."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

# A script element without a source that a browser would run; data blocks (JSON-LD) are not run.
_INLINE = re.compile(rb"<script(?P<attributes>[^>]*)>(?P<code>.*?)</script>", re.S)


def inline_hashes(site: Path) -> list[str]:
    """Return the hashes of the inline scripts of a site's pages, in the syntax of the policy."""
    found = set()
    for file in site.rglob("*.html"):
        for match in _INLINE.finditer(file.read_bytes()):
            attributes = match["attributes"]
            if b"src=" in attributes or b"ld+json" in attributes or not match["code"].strip():
                continue
            digest = hashlib.sha256(match["code"]).digest()
            found.add(f"'sha256-{base64.b64encode(digest).decode()}'")
    return sorted(found)


# Pages that others may show in a frame; a host gives them this policy in place of the site's.
FRAMED = "exhibits/figure-*.html"
# Policy in the meta element of such a page, where frame-ancestors has no effect.
FRAMED_POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "font-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
    ]
)


def content_security_policy(site: Path) -> str:
    """Return the policy as the value of the header.

    Scripts are the site's own files and the inline ones by hash. Styles may stand in the page:
    figures are drawings with styles of their own.
    """
    scripts = " ".join(["'self'", *inline_hashes(site)])
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src {scripts}",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data:",
            "font-src 'self'",
            "connect-src 'self'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        ]
    )
