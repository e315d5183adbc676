"""The same 42 provisions written by hand for other engines, each in its own manner."""
