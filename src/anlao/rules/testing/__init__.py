"""For rulebook authors: running cases, and people made to stand on every limit."""
