"""Whatever the rulebooks decide about besides elders: what every register of it has in common.

A register is a table of subjects and some tables of dated rows; `facilities` and `workforce` bring
theirs. Rows are kept as the registry keeps those of elders: never rewritten, with the days for
which they hold and the time when the office knew it so.
"""
