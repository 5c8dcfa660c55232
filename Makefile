# Every target sets up what it needs; a fresh clone and Python 3.11+ are enough.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
RIVALS := .venv-rivals/flask_celery/.ready .venv-rivals/fastapi_arq/.ready
COMPILE := $(BIN)/uv --no-config pip compile --quiet --universal --generate-hashes --no-emit-index-url --python-version 3.11 --custom-compile-command "make lock"

.DEFAULT_GOAL := help
.PHONY: help run smoke quick test long faults fuzz engines cluster bench house check audit format lock clean

help: ## show this list
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

$(READY): requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "perkhook needs Python 3.11 or newer, this is %s: set PYTHON=/path/to/python3.11" % sys.version.split()[0])'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

run: $(READY) ## everything on an embedded Valkey, with one sample sent through it; stays up
	@$(BIN)/python -m sandbox run

smoke: $(READY) ## the same, checks the effect, exits 0 or 1
	@$(BIN)/python -m sandbox smoke

# The types of what changed: mypy keeps what it knows of the rest. A dozen tests through processes.
QUICK := tests/acceptance/test_one_effect.py tests/histories/test_calls.py \
	tests/integration/worker/test_worker_start_stop.py \
	tests/acceptance/receiver/test_http.py::test_what_is_accepted_is_in_the_store \
	tests/acceptance/receiver/test_http.py::test_the_log_holds_nothing_of_a_request

quick: $(READY) ## what to run before a commit: lint, types, unit tests, a dozen through processes
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy . & types=$$!; \
	  $(BIN)/pytest tests/unit $(QUICK) -n 2 --dist loadfile -q -m "not slow" && wait $$types

test: $(READY) ## unit, integration and acceptance tests
	$(BIN)/pytest -m "not slow and not long" -n 4 --dist loadfile --no-loadscope-reorder

long: $(READY) ## what waits for seconds on end: the short fault tests among them
	$(BIN)/pytest -m "long and not slow" -n 4 --dist loadfile --no-loadscope-reorder

faults: $(READY) ## the fault tests in their long form, three times 20,000 random histories, and half a year in a store of 50 MB
	$(BIN)/pytest tests/faults tests/histories/test_any_life.py tests/integration/memory --full -n 2 --dist load

fuzz: $(READY) ## what strangers may send, at length: raw HTTP, and requests made from openapi.json
	$(BIN)/pytest tests/fuzz --full --timeout 3600 -n 2 --dist load

.venv-rivals/%/.ready: bench/rivals/%/requirements.txt $(READY)
	$(BIN)/python -m venv $(@D)
	$(@D)/bin/pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

.venv-engines/.ready: tests/engines.txt $(READY)
	$(BIN)/python -m venv $(@D)
	$(@D)/bin/pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

engines: $(READY) .venv-engines/.ready ## the store's tests and short fault tests on Valkey, Redis 7 and Redis 8
	@$(BIN)/python -m tests.engines

# What calls each script, and each command of Celery's and kombu's, on a cluster; CI runs it by this.
SHORT := $(addprefix tests/integration/inbox/test_,fresh.py rate_cap.py breaker.py budget.py effects.py \
	effects_begin.py kept.py store_full.py plans.py command_choose.py assignment_registry.py calls.py) \
	$(addprefix tests/integration/receiver/test_,answers.py fleet_metrics.py) \
	$(addprefix tests/integration/worker/test_,canary.py webhook_watch.py plan_kept.py transport.py worker_retries.py) \
	tests/acceptance/test_flower_tab.py
CLUSTER := $(addprefix tests/integration/,inbox receiver worker costs) tests/acceptance/test_flower_tab.py

cluster: $(READY) ## the store's tests and Flower's on a cluster of three primaries; CLUSTER='$(SHORT)' for a part
	$(BIN)/pytest --cluster $(CLUSTER) -n 2 --dist loadfile

bench: $(READY) $(RIVALS) ## every figure against what people would otherwise write; BENCH="--quick"
	@$(BIN)/python -m bench $(BENCH)

house: $(READY) ## how the code measures: lines, height, width, private names, words
	@$(BIN)/python -m tests.house

check: $(READY) ## lint, types, import rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .
	$(BIN)/lint-imports --no-cache

audit: $(READY) ## known vulnerabilities in the locked requirements; says if they cannot be read
	@$(BIN)/python .ci/audit.py $(BIN)/pip-audit

format: $(READY) ## put the code into its format
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .

lock: $(READY) ## renew the locked requirements
	$(COMPILE) -o requirements.txt pyproject.toml
	$(COMPILE) --group dev -o requirements-dev.txt pyproject.toml
	$(COMPILE) -o bench/rivals/flask_celery/requirements.txt bench/rivals/flask_celery/requirements.in
	$(COMPILE) -o bench/rivals/fastapi_arq/requirements.txt bench/rivals/fastapi_arq/requirements.in
	$(COMPILE) -o tests/engines.txt tests/engines.in

clean: ## remove what the targets made
	rm -rf $(VENV) .venv-rivals .venv-engines .run build .mypy_cache .ruff_cache .pytest_cache .hypothesis
