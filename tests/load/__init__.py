"""The service under load and under faults: `python -m tests.load`."""
