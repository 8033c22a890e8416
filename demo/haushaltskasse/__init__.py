"""Haushaltskasse: the finance system of the demo, as municipal software of about 2005 was built."""
