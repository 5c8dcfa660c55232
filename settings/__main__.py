"""`python -m settings` prints docs/settings.md, with `env` .env.example."""

import sys

from settings.table import example, page


text = example() if sys.argv[1:] == ["env"] else page()
# As bytes: files are UTF-8, whatever the terminal's locale is.
sys.stdout.buffer.write(text.encode())
