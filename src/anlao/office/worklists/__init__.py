"""Lists of whom to look at next: found anew each time, saved by what they ask for."""
