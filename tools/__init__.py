"""Commands for who works on the book: run from the root, as ``python -m tools.<name>``."""
