"""Views of the console, one file per page. They ask policies, call actions and render; nothing else."""
