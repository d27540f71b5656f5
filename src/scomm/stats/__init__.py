"""Pure statistics: counts in, estimates out; no files, no figures, nothing of ours but errors."""
