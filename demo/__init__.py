"""The embedded world of the demo: mailbox server, letters, a clerk and two target systems."""
