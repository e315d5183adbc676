"""Data for and from other systems: signed monthly packages out, lists pulled in by contract."""
