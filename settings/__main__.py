"""`python -m settings` prints the README's tables, `python -m settings env` prints .env.example."""

import sys

from settings.table import example, tables


text = example() if sys.argv[1:] == ["env"] else tables()
# As bytes: files are UTF-8, whatever the terminal's locale is.
sys.stdout.buffer.write(text.encode())
