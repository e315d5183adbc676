"""To the bank and back: files of transfers in the form that a bank wants, and its answers."""
