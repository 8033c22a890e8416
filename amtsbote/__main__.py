"""`python -m amtsbote`: the same as the command `amtsbote`."""

import sys

from amtsbote.cli import main

if __name__ == "__main__":
    sys.exit(main())
