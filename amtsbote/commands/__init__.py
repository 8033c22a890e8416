"""The commands, one file per task; each is imported only when it is called."""
