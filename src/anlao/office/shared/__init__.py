"""What every room of the office uses and none owns."""
