# Every target does the set-up it needs; a second run finds it done. `make help` lists the targets.
.DEFAULT_GOAL := help
SHELL := /bin/sh
PY := .venv/bin/python
FORGE := .cache/bin/forge
BROWNIE := $(PY) scripts/brownie_run.py
PYTEST := $(PY) -m pytest -p no:pytest-brownie --ignore=tests/contracts
export SOLCX_BINARY_PATH := $(CURDIR)/.cache/solc

.PHONY: help setup demo test lint fmt compile test-unit test-contracts test-ganache test-invariants mutants fuzz bench-gas bench-trace bench-bonds bench-pieces bench-index kill-index test-deep lock clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' Makefile

setup: ## .venv, npm packages, solc and compiled contracts; only what is missing or changed
	@scripts/setup.sh

demo: setup ## the story on published figures, on an embedded chain with its own state folder
	@.venv/bin/greenledger demo

test: setup ## the whole everyday suite: Python, Brownie, forge invariants
	@$(PY) scripts/everyday.py

lint: setup ## formats, types, the import table, money without floats, promises and their tests, artifacts
	@scripts/lint.sh

fmt: setup ## write formats: ruff for Python, forge for Solidity
	$(PY) -m ruff format .
	$(PY) -m ruff check --fix .
	$(FORGE) fmt

compile: setup ## compile contracts that changed; accept new storage layouts and code sizes as snapshots
	$(PY) scripts/compile.py --update

test-unit: setup ## plain pytest, all but tests/contracts; ARGS="-k cash -x" passes arguments on
	$(PYTEST) $(ARGS)

test-contracts: setup ## every revert and success of the contracts under Brownie; ARGS as above
	$(BROWNIE) test tests/contracts $(ARGS)

test-ganache: setup ## the Brownie suite on Ganache, another EVM: installs it (180 MB); minutes; not in `test`
	$(BROWNIE) --ganache test tests/contracts $(ARGS)

test-invariants: setup ## forge invariant tests; ARGS as above
	$(FORGE) test $(ARGS)

mutants: setup ## plant one fault per promise in the contracts and show that the suite catches each
	$(PY) scripts/mutants.py $(ARGS)

fuzz: setup ## forge invariants deeper, 51,200 acts a promise, from a new seed each time (half an hour and more)
	FOUNDRY_PROFILE=fuzz $(FORGE) test --fuzz-seed 0x$$(od -An -N8 -tx8 /dev/urandom | tr -d ' ') $(ARGS)

bench-gas: setup ## gas of the peers and ours on one chain, cold and warm
	$(PY) -m scripts.bench.gas $(ARGS)

bench-bonds: setup ## one coupon to 10,000 holders; ARGS="--holders 1000 --batch 100"
	$(PY) -m scripts.bench.bonds $(ARGS)

bench-pieces: setup ## 100,000 pieces of receivables: build, index, list, settle a day; ARGS="--receivables 100"
	$(PY) -m scripts.bench.pieces $(ARGS)

bench-trace: setup ## tracing on synthetic moves, beside DuckDB and a lot queue; ARGS="1000000 10000000"
	$(PY) -m scripts.bench.trace $(ARGS)

bench-index: setup ## a busy chain into SQLite and PostgreSQL, beside web3.py and Ponder; ARGS="--events 10000 --rounds 1"
	$(PY) -m scripts.bench.index $(ARGS)

kill-index: setup ## a thousand SIGKILLs of the indexer, inside commits too, on SQLite and on PostgreSQL; minutes
	GREENLEDGER_KILLS=1000 $(PYTEST) -q tests/integration/test_indexer_kills.py $(ARGS)

test-deep: setup ## what the everyday suite goes through shortly, at length: histories on both twins, kills, forks
	GREENLEDGER_DEEP=1 $(PYTEST) -q tests/integration/test_twin_*.py tests/integration/test_indexer.py \
		tests/integration/test_embedded_kills.py $(ARGS)

lock: ## write requirements.lock anew from pyproject.toml (keeps the versions that still fit)
	@scripts/lock.sh

clean: ## remove caches, compiled tests and the virtual environment; data folders stay
	rm -rf .venv node_modules .cache .mypy_cache .pytest_cache .ruff_cache *.egg-info
