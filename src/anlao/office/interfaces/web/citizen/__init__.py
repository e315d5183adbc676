"""The public portal: no sign-in, no script, no trace of whoever reads it."""
