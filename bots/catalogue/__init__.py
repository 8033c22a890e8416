"""Run a target system from its catalogue: most systems need no Python of their own."""
