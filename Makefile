# `make demo` and `make test` do all their own set-up on a fresh machine; everything else is for those who work here.

VENV := .venv
PYTHON ?= python3
BIN := $(VENV)/bin
export PYTHONDONTWRITEBYTECODE := 1

.PHONY: demo test check lint unit sweep soak year bench service clean

demo: $(VENV)/.demo
	$(BIN)/maild demo $(ARGS)

# The tests begin some hundred processes of ours: compiled once, each begins a third sooner.
test: $(VENV)/.test servers lint
	$(BIN)/python -m compileall -q maild
	$(BIN)/python -m slipcover --source maild --json --out .coverage.json -m pytest -q -n 3 $(ARGS)
	$(BIN)/python tools/coverage_floor.py .coverage.json 85

check: lint unit

lint: $(VENV)/.test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

unit: $(VENV)/.test
	$(BIN)/pytest -q tests/unit $(ARGS)

# Long runs, each with its own command; a bounded share of each is part of `make test`.
sweep: $(VENV)/.test servers
	$(BIN)/pytest -q tests/acceptance/test_kill_anywhere.py tests/acceptance/test_kill_in_time.py --sweep=long $(ARGS)

soak: $(VENV)/.test servers
	$(BIN)/pytest -q tests/acceptance/test_soak.py --soak=3600 $(ARGS)

# A year of a desk against an oracle of the contract: ARGS="--seed 7 --per-day 200".
year: $(VENV)/.test
	$(BIN)/python -m tests.year $(ARGS)

bench: $(VENV)/.test servers
	$(BIN)/python -m benchmarks $(ARGS)

# As root on Debian, with systemd-container and mmdebstrap: a container in which systemd runs the unit.
service: $(VENV)/.test servers
	$(BIN)/python tools/prove_unit.py $(ARGS)

.PHONY: servers
servers:
	./tools/install-servers.sh

# A virtual environment without ensurepip is what Debian gives where python3-venv is missing.
$(VENV)/bin/python:
	./tools/make-venv.sh $(PYTHON) $(VENV)

$(VENV)/.demo: $(VENV)/bin/python pyproject.toml requirements.lock
	$(BIN)/pip install -q --disable-pip-version-check -c requirements.lock -e '.[demo]'
	touch $@

$(VENV)/.test: $(VENV)/bin/python pyproject.toml requirements.lock
	$(BIN)/pip install -q --disable-pip-version-check -c requirements.lock -e '.[test]'
	touch $@ $(VENV)/.demo

clean:
	rm -rf $(VENV) build dist .coverage.json .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
