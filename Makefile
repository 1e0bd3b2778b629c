# Two commands: `make demo` shows the portal with made-up data, `make test` checks everything.
# The rest is for those who change it.

PYTHON ?= python3
PORT ?= 8000
DATA ?= data
REAL ?=

BIN := .venv/bin
VERSION := $(shell $(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])')
INSTALLED := .venv/installed

.PHONY: demo test lint style types bench bench-pages bench-large bench-exit bench-visits bench-calendars pictures messages lock

demo: $(INSTALLED)
	$(BIN)/portal demo --data "$(DATA)" --port $(PORT)

# REAL=1 runs everything, types and PostgreSQL too, and fails where a real part is missing.
test: $(if $(REAL),lint,style)
	$(if $(REAL),PORTAL_TEST_REAL=1) $(BIN)/pytest -n auto --dist worksteal $(TESTS)

lint: style types

style: $(INSTALLED)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports --no-logo

# Half a minute in a fresh clone, which the everyday tests do not have.
types: $(INSTALLED)
	$(BIN)/mypy

# Everything that is promised to be fast, beside a bare page; then a large house beside a small one.
bench: bench-pages bench-large

bench-pages: $(INSTALLED)
	$(BIN)/python -m bench $(BENCH)

# How fast she is gone, in Chromium: tap to covered frame, tap to the exit page, a slow line.
bench-exit: $(INSTALLED)
	$(BIN)/python -m bench.leaving $(BENCH)

# 100,000 cases, 1,000 colleagues, 2,000,000 acts: LARGE=--quick for a tenth of each.
bench-large: $(INSTALLED)
	$(BIN)/python -m bench.large $(LARGE)

# How long the visit planner thinks: a thousand random houses; then what it saves in the made-up centre.
bench-visits: $(INSTALLED)
	$(BIN)/python -m bench.visits $(BENCH)
	$(BIN)/python -m bench.bundling

# How long one worker needs for 200 real calendars with 20,000 events.
bench-calendars: $(INSTALLED)
	$(BIN)/python -m bench.calendars $(BENCH)

# Draws the pictures of this house in the README.
pictures: $(INSTALLED)
	$(BIN)/python -m tests.browser.pictures

# Brings the catalogues up to the code, and says what is left to translate.
messages: $(INSTALLED)
	$(BIN)/python -m portal.i18n.extraction

# Renews requirements.lock, with `uv`: releases at least two weeks old, and no host name in the file.
# (pyotp: only its newest releases can tell that a code was used before.)
lock:
	uv pip compile --upgrade --universal --generate-hashes --no-strip-extras --no-header --no-annotate \
	  --all-extras --python-version 3.11 --exclude-newer "14 days" --exclude-newer-package "pyotp=1 day" \
	  --quiet --output-file requirements.lock pyproject.toml

$(INSTALLED): requirements.lock pyproject.toml | .venv/python-$(VERSION)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv/python-$(VERSION):
	@$(PYTHON) -c 'import sys; sys.exit(None if (3, 11) <= sys.version_info[:2] < (3, 14) else "One Roof needs Python 3.11, 3.12 or 3.13. Name one: make PYTHON=python3.12")'
	$(PYTHON) -m venv --clear .venv
	@touch $@
