"""行政区划 administrative divisions, province to village."""
