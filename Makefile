# Every target does its own set-up; `make` alone lists them.
# A new machine needs git, make and Python >= 3.11 with venv (Debian, Ubuntu: apt-get install git make python3-venv).

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := /bin/bash
MAKEFLAGS += --no-print-directory --no-builtin-rules

BIN := .venv/bin
# The stamp's name holds what was installed and where, so an unchanged checkout skips the set-up.
READY := .venv/ready-$(shell { pwd -P; cat pyproject.toml constraints.txt scripts/setup; } | sha256sum | cut -c1-16)
RESULTS := .cache/features.json
# What goes through the moments of a deployment: `make test` tries a sample of some, `make chaos-points` all.
KILLED := tests/acceptance/targets/test_recovery.py $(addprefix tests/chaos/test_,containers.py jobs.py kill_points.py second_death.py signals.py stale_owner.py)
# They wait more than they compute: two for each core.
WORKERS ?= $(shell echo $$((2 * $$(nproc))))
# The suite starts Python thousands of times; what it compiles is kept, whatever else this machine prefers.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup demo test chaos chaos-points chaos-serve lint format bench bench-hosts features docs hosts-up hosts-down constraints clean

help: ## list the targets
	@sed -nE 's/^([a-z-]+):.*## (.*)/\1\t\2/p' Makefile | expand -t 14

setup: $(READY) ## make .venv with the `fraisier` command in it
	@:

$(READY):
	@scripts/setup "$@"

demo: $(READY) ## watch commits become a healthy service, and a bad one go back (`make demo KEEP=1` leaves it up)
	@$(BIN)/fraisier demo $(if $(KEEP),--keep)

test: $(READY) ## run every test
	@mkdir -p .cache
	@$(BIN)/python -m tests.hosts prepare
	@$(BIN)/pytest -q -n $(WORKERS) --dist worksteal --record-features=$(RESULTS)

lint: $(READY) ## style, types, import directions, and what may not be written in this tree
	@$(BIN)/ruff check --quiet
	@$(BIN)/ruff format --check --quiet
	@$(BIN)/mypy --no-error-summary
	@PYTHONPATH=. $(BIN)/lint-imports --no-logo 2>&1 | tail -n 15; exit $${PIPESTATUS[0]}
	@$(BIN)/python scripts/check_tree.py

format: $(READY) ## put the code in shape
	@$(BIN)/ruff check --fix --quiet || true
	@$(BIN)/ruff format --quiet

chaos: chaos-points ## kill deployments at every moment on every target, then at random for ten minutes (`make chaos FOR=60 SEED=…` repeats one)
	@PYTHONPATH=. $(BIN)/python -m tests.chaos.storm --seconds $(or $(FOR),600) $(if $(SEED),--seed $(SEED))

chaos-points: $(READY) ## kill deployments at every moment on every target
	@FRAISIER_KILL_POINTS=all $(BIN)/pytest -q -n $(WORKERS) --dist worksteal $(KILLED)

chaos-serve: $(READY) ## kill the server under a load of pushes twenty times (`make chaos-serve KILLS=5 SEED=…`)
	@FRAISIER_KILLS=$(or $(KILLS),20) FRAISIER_SEED=$(SEED) $(BIN)/pytest -q tests/chaos/test_deliveries.py

bench: $(READY) ## print how long commands take beside fraisier 0.84.2, and each step; asserts nothing
	@$(BIN)/python -m bench

bench-hosts: $(READY) ## print how long a deployment to 1, 10 and 50 hosts takes beside a bare SSH script, fabric, pyinfra and ansible, as root
	@$(BIN)/python -m bench.hosts

features: $(READY) ## print which rows of docs/features.md a passing test proves
	@$(BIN)/python -m scripts.features $(RESULTS)

docs: $(READY) ## write the reference, check the links in the docs, run the commands they show
	@$(BIN)/python -m scripts.config_reference
	@$(BIN)/python -m scripts.cli_reference
	@$(BIN)/python -m scripts.check_docs
	@$(BIN)/pytest -q tests/acceptance/test_docs.py

hosts-up: $(READY) ## bring up real hosts with systemd and sshd, and a Docker engine, as root (`make hosts-up HOSTS=1`; 3 if not said)
	@$(BIN)/python -m tests.hosts up $(HOSTS)

hosts-down: $(READY) ## take them down again
	@$(BIN)/python -m tests.hosts down

constraints: $(READY) ## pin what is installed now
	@scripts/pin > .cache/constraints && mv .cache/constraints constraints.txt

clean: ## remove everything that can be made again
	@rm -rf .venv .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist
