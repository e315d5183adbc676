"""What expressions mean: values, the month they are read in, and the plain evaluator."""
