"""Rigs: they break things on purpose and count what is left, in the target systems' own databases."""
