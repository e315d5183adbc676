"""待遇发放: what was decided becomes money, and every yuan is traceable to a clause.

open -> decided -> reviewed -> approved -> sent to the bank -> answered by it -> closed

A line says what is owed for one provision and month beyond what the line before it said; a transfer
brings a line's money to an account; the ledger says where it came from. Nothing paid is edited.
"""
