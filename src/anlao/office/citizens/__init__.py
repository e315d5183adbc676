"""Elders and their agents as users: access cards handed out at the counter, and what opens them."""
