"""Who is entitled to what: the only room that opens the engine's door."""
