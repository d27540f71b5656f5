"""One in Four? The code behind the book: data, statistics, figures, the published record."""

__version__ = "2026.11"
