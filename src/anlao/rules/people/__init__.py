"""Facts about many subjects: read from files, checked cell by cell, held as columns of codes."""
