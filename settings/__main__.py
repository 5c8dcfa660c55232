"""`python -m settings` prints the tables of docs/settings.md, with `env` .env.example."""

import sys

from settings.table import example, tables


text = example() if sys.argv[1:] == ["env"] else tables()
# As bytes: files are UTF-8, whatever the terminal's locale is.
sys.stdout.buffer.write(text.encode())
