"""How people and programs reach the office."""
