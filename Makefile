# One in Four? `make book` and `make test` do all the set-up they need.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready

export PYTHONPATH := src
# The edition's date, as in CITATION.cff: what carries a time carries this one.
export SOURCE_DATE_EPOCH ?= 1795392000

.DEFAULT_GOAL := help
# The makefile whose targets `help` lists: this one, or maintenance.mk, which includes it.
ENTRY := $(firstword $(MAKEFILE_LIST))

.PHONY: help book test check verify edition pdf lab ingest oracles errors

help:
	@echo "$(if $(filter Makefile,$(ENTRY)),make,make -f $(ENTRY)) TARGET"
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  %-10s  %s\n", $$1, $$2}' $(ENTRY)
	@$(if $(filter Makefile,$(ENTRY)),echo "For work on the book itself: make -f maintenance.mk")

# The environment is made again whenever the lock changes. The lock is whole: nothing is resolved again
# at the install (older pips would, and look past a pin that a package asks for with an extra). The book's
# own code is installed as it lies in src, which makes the command `scomm`.
$(READY): requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || \
	  { echo "Python 3.11 to 3.13 is needed; name one with: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing the lock into $(VENV) (a minute or two) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes --only-binary :all: -r requirements.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-index --no-build-isolation -e .
	@$(BIN)/python -m pip check --disable-pip-version-check > /dev/null
	@touch $@

book: $(READY) ## build the book into _build/html
	@$(BIN)/jupyter-book build . -W --keep-going -q
	@echo "The book is built. Open _build/html/index.html in a browser."

# Three tiers, each test in one of them: what has no marker runs in `make test`; what is marked
# `check` is added by `make check`, what is marked `exhaustive` by `check-all` of maintenance.mk.
PYTEST := $(BIN)/python -m pytest -q -n auto --maxprocesses 4 --dist loadgroup

test: $(READY) ## the tests of every change: units, oracles, every notebook once, one small book (minutes)
	@$(PYTEST) -m "not check and not exhaustive"

check: $(READY) ## all that must pass before a change lands: .ci/run without the system packages (25 minutes)
	@.ci/check

verify: $(READY) ## execute everything again, offline: PASS or FAIL for every number
	@$(BIN)/scomm verify

edition: book ## make dist/one-in-four-<edition> and its zip
	@$(BIN)/scomm edition

pdf: book ## make the two volumes in _build/pdf: the book, and all places (needs Debian's libpangoft2-1.0-0)
	@$(BIN)/scomm pdf
	@$(BIN)/scomm pdf places

lab: $(READY) ## open JupyterLab; a click on a chapter opens it as a notebook
	@JUPYTERLAB_SETTINGS_DIR=$(CURDIR)/.jupyter/lab/user-settings $(BIN)/jupyter lab --notebook-dir=.

ingest: $(READY) ## read the originals again and write data/tables and data/README.md
	@$(BIN)/scomm ingest
	@$(BIN)/scomm dictionary

oracles: $(READY) ## compute the values of R again and show any difference (needs R, see tests/oracles)
	@$(BIN)/python -m tests.oracles.rerun

errors: $(READY) ## simulate the error rates of the methods again (some minutes)
	@$(BIN)/scomm simulate
