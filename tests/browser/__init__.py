"""The office as people meet it: real pages, in a real browser."""
