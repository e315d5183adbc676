"""Work that no request waits for: jobs of the queue, run by the worker that `serve` starts."""
