"""Pages in a browser, by who uses them."""
