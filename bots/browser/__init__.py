"""A browser as a bot uses it: one process, one context per login, every request through a gate."""
