"""Record, read back and publish the numbers, findings, figures and tables of the book."""
