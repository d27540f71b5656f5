"""Record: what the book publishes. Numbers in prose, findings, figures and tables.

Chapters import their four words from here: ``say``, ``finding``, ``figure``, ``table``.
"""

from scomm.record.publish import figure, finding, say, table

__all__ = ["figure", "finding", "say", "table"]
