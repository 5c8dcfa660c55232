"""What perkhook adds to Flower."""

# Flower reads this file as its options: every global here that is named like an option is
# taken as that option, so nothing but these names may stand here.
from os import environ

from dashboard.install import install


install(environ)
# Flower keeps 100,000 tasks, which take 400 MB (mher/flower#1305): too much for the smallest dyno.
# This file goes before the variable that is Flower's own, so it is read here.
max_tasks = int(environ.get("FLOWER_MAX_TASKS", "10000"))
