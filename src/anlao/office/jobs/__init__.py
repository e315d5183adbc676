"""Long work that somebody waits for: what it is, how far it has come, what came of it."""
