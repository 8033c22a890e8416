"""What both target systems of the demo stand on: HTTP server, fault switch, sessions, store, control client."""
