"""What the book publishes: numbers in prose, findings, figures, tables, and their record."""
