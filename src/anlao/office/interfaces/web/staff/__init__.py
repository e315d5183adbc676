"""Pages of those who work in the office."""
