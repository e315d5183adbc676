"""Three ways to decide the same: one subject plainly, millions by cells, a cluster."""
