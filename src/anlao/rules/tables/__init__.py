"""A provision as a finite decision table: atoms, cells, and the diagram that decides every cell."""
