"""The engine: rules, decisions and reasons; no framework, no database, no clock."""
