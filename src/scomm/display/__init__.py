"""Display: number formats, tables, figures and maps in one style. No files, no statistics."""
