"""`python -m settings` prints the README's tables, `python -m settings env` prints .env.example."""

import sys

from settings.table import example, tables


sys.stdout.write(example() if sys.argv[1:] == ["env"] else tables())
