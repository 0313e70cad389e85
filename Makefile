# The commands of the house; `make help` lists them. Needs Python 3.11 or newer with venv, git and make, no more.
SHELL := /bin/sh
PYTHON ?= python3
PORT ?= 8000
DATA_DIR ?= ./var
JOBS ?= 2
BIN := .venv/bin
CHROMIUM ?= $(shell command -v chromium || command -v chromium-browser || command -v google-chrome)

export PORT DATA_DIR CHROMIUM CHAOS_SEED CHAOS_STEPS CHAOS_DELIVERIES CHAOS_SHRINK
# Without bytecode every process would compile everything anew: a start takes four times as long.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help run test check browser bench chaos lock .venv
.DEFAULT_GOAL := help

help: ## what there is
	@sed -n 's/^\([a-z.]*\):.*## /\1|/p' $(MAKEFILE_LIST) | while IFS='|' read -r name text; do \
	  printf '  make %-8s %s\n' "$$name" "$$text"; done

run: .venv/runtime ## a market on this machine: http://127.0.0.1:8000 (PORT=…, DATA_DIR=…)
	@$(BIN)/marketplace up --with-parent

test: .venv/dev ## every test but the browser's (ARGS="-k stock")
	@$(BIN)/python -m pytest -n $(JOBS) --dist loadgroup --ignore=tests/browser $(ARGS)

check: .venv/dev ## ruff, mypy, import contracts, contrast, templates, translations, migrations
	@echo ruff; $(BIN)/ruff check .
	@echo mypy; $(BIN)/mypy
	@echo import contracts; $(BIN)/lint-imports --no-logo
	@echo contrast; $(BIN)/python tools/contrast.py static/css/tokens.css >/dev/null
	@echo house rules; $(BIN)/python -m pytest -q tests/house

browser: .venv/dev ## the journeys and axe in headless Chromium
	@test -n "$(CHROMIUM)" || { echo 'No Chromium found. On Debian: apt-get install --no-install-recommends chromium libatomic1'; exit 1; }
	@$(BIN)/python -c 'import ctypes; ctypes.CDLL("libatomic.so.1")' 2>/dev/null || \
	  { echo 'libatomic1 is missing. On Debian: apt-get install --no-install-recommends libatomic1'; exit 1; }
	@$(BIN)/python -m pytest tests/browser $(ARGS)

chaos: .venv/dev ## thousands of random deeds and faults, seeds printed (CHAOS_SEED=…, CHAOS_STEPS=…)
	@$(BIN)/python -m pytest -n0 -p no:randomly --tb=short --show-capture=no tests/chaos/long_*.py $(ARGS)

bench: .venv/dev ## figures and ratios, never a verdict
	@$(BIN)/python -m bench $(ARGS)

.venv: .venv/dev ## only the virtual environment with the locked dependencies

lock: .venv/dev ## resolve setup.cfg anew into requirements/*.lock
	@cd . && for part in dev runtime; do \
	  extras='--extra embedded'; [ $$part = runtime ] || extras="$$extras --extra test --extra dev"; \
	  [ $$part = dev ] || extras="$$extras --constraint requirements/dev.lock"; \
	  $(BIN)/uv pip compile setup.cfg requirements/build.in $$extras --quiet --universal --python-version 3.11 \
	    --generate-hashes -o requirements/$$part.lock || exit 1; done
	@$(BIN)/uv pip compile requirements/uv.in --quiet --universal --python-version 3.11 --generate-hashes -o requirements/uv.lock

# --- the virtual environment ----------------------------------------------------------------------------------------
# uv, itself locked, is quick; where it finds no package source, pip with its own settings takes the same lock.

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo 'Python 3.11 or newer is needed.'; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	  { echo 'Python lacks venv. On Debian: apt-get install python3-venv'; exit 1; }
	@echo 'Making .venv …'
	@$(PYTHON) -m venv .venv

.venv/uv: requirements/uv.lock | .venv/bin/python
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $< || \
	  echo 'uv is not to be had; pip does it alone.'
	@touch $@

.venv/runtime: requirements/runtime.lock setup.cfg pyproject.toml | .venv/uv
	$(call install,$<)
	@touch $@

.venv/dev: requirements/dev.lock setup.cfg pyproject.toml | .venv/uv
	$(call install,$<)
	@touch $@ .venv/runtime

define install
	@echo 'Installing what $(1) names (once; about 80 MB) …'
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes --compile-bytecode -r $(1) || \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(1)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-index -e .
endef
