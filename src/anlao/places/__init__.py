"""The five places: their divisions from province to village, and the codes they once had."""
