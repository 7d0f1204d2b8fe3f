"""What must be fast, measured: `python -m benchmarks`."""
