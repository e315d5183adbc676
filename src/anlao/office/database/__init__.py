"""Where the office keeps its data: an embedded PostgreSQL, or the server that an address names."""
