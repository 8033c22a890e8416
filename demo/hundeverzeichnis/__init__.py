"""Hundeverzeichnis: the dog tax register of the demo, as old as the real ones."""
