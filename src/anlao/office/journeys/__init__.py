"""What touches all that is open about an elder at once: a death, a move, two files made one."""
