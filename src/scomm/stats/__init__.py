"""Pure statistics: counts in, estimates out; no files, no figures, no import of the project but errors."""
