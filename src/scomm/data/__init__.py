"""Data: passports, ingest, schemas, tables and the ledgers typed by hand."""
