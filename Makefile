# One in Four? `make book` and `make test` do all the set-up they need.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready

export PYTHONPATH := src
# The edition's date, as in CITATION.cff: what carries a time carries this one.
export SOURCE_DATE_EPOCH ?= 1795392000

.DEFAULT_GOAL := help

.PHONY: help book test test-check test-spark check check-all coverage mutants lab ingest lock lint clean hashes oracles errors bench verify edition links pdf words pseudo pages lighthouse

help: ## list these targets
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

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
# `check` is added by `make check`, what is marked `exhaustive` by `make check-all`.
PYTEST := $(BIN)/python -m pytest -q -n auto --maxprocesses 4 --dist loadgroup

test: $(READY) ## the tests of every change: units, oracles, every notebook once, one small book (minutes)
	@$(PYTEST) -m "not check and not exhaustive"

test-check: $(READY)
	@$(PYTEST) -m "check and not exhaustive"

check: $(READY) ## all that must pass before a change lands: .ci/run without the system packages (25 minutes)
	@.ci/check

check-all: check ## and what takes hours: faults at twenty moments, every bad input, mutants
	@$(PYTEST) -rP -m exhaustive
	@$(MAKE) mutants

$(VENV)/.spark: requirements-spark.txt $(READY)
	@echo "Installing Apache Spark into $(VENV) (half a minute) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-spark.txt
	@touch $@

test-spark: $(VENV)/.spark ## run the tests of the other engine, Apache Spark (needs Java 17)
	@SCOMM_SPARK=required $(BIN)/python -m pytest -q -m spark

coverage: $(READY) ## say which lines and branches no test reaches (half an hour)
	@$(PYTEST) --cov --cov-report=term

$(VENV)/.mutants: requirements-mutants.txt $(READY)
	@echo "Installing mutmut into $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-mutants.txt
	@touch $@

mutants: $(VENV)/.mutants ## change one thing in the code at a time and see whether a test notices (an hour)
	@PYTHONPATH=src:. $(BIN)/python -m bench.mutants

lint: $(READY) ## check style, types and the walls between the rooms
	@$(BIN)/ruff check src tests tools bench
	@$(BIN)/ruff format --check src tests tools bench
	@$(BIN)/python -m tools.notebooks
	@$(BIN)/mypy
	@$(BIN)/lint-imports

verify: $(READY) ## execute everything again, offline: PASS or FAIL for every number
	@$(BIN)/scomm verify

edition: book ## make dist/one-in-four-<edition> and its zip
	@$(BIN)/scomm edition

pdf: book ## make the two volumes in _build/pdf: the book, and all places (needs Debian's libpangoft2-1.0-0)
	@$(BIN)/scomm pdf
	@$(BIN)/scomm pdf places

links: book ## follow every link of the built book
	@$(BIN)/python -m tools.links _build/html

words: $(READY) ## extract every text for translators into locale/ and _build/words
	@$(BIN)/scomm words extract
	@$(BIN)/jupyter-book build . --builder custom --custom-builder gettext --path-output _build/words -q

pseudo: words ## build the book in the pseudo language, to see what no catalog reaches
	@$(BIN)/scomm words pseudo
	@CITABLE_LANGUAGE=qps $(BIN)/jupyter-book build . -W --keep-going -q --path-output _build/qps

pages: book ## every page in a browser: accessibility, structure, weight (needs Chromium)
	@SCOMM_BROWSER=required $(PYTEST) tests/site --site _build/html

lighthouse: book ## scores of three pages (needs Chromium and Node.js 18.20 or newer)
	@mkdir -p bench/tmp/lighthouse && cp bench/lighthouse/package*.json bench/lighthouse/*.mjs bench/tmp/lighthouse
	@cd bench/tmp/lighthouse && npm ci --silent --no-audit --no-fund --ignore-scripts
	@PYTHONPATH=src:. $(BIN)/python bench/lighthouse/run.py _build/html

lab: $(READY) ## open JupyterLab; a click on a chapter opens it as a notebook
	@JUPYTERLAB_SETTINGS_DIR=$(CURDIR)/.jupyter/lab/user-settings $(BIN)/jupyter lab --notebook-dir=.

ingest: $(READY) ## read the originals again and write data/tables and data/README.md
	@$(BIN)/scomm ingest
	@$(BIN)/scomm dictionary

hashes: $(READY) ## compare tables, and originals if present, with their hashes
	@$(BIN)/scomm check

oracles: $(READY) ## compute the values of R again and show any difference (needs R, see tests/oracles)
	@$(BIN)/python -m tests.oracles.rerun

errors: $(READY) ## simulate the error rates of the methods again (some minutes)
	@$(BIN)/scomm simulate

bench: book ## time everything against what it is measured against (half an hour), into bench/results.json
	@PYTHONPATH=src:. $(BIN)/python -m bench

lock: ## write requirements.txt again from pyproject.toml (needs uv)
	uv pip compile --universal --generate-hashes --python-version 3.11 --fork-strategy fewest \
	  --extra dev --no-annotate --no-header --quiet pyproject.toml -o requirements.txt
	uv pip compile --universal --generate-hashes --python-version 3.11 --fork-strategy fewest \
	  --extra spark -c requirements.txt --no-annotate --no-header --quiet pyproject.toml -o .spark.lock
	.ci/only-new requirements.txt .spark.lock > requirements-spark.txt && rm .spark.lock
	uv pip compile --universal --generate-hashes --python-version 3.11 --fork-strategy fewest \
	  --extra mutants -c requirements.txt --no-annotate --no-header --quiet pyproject.toml -o .mutants.lock
	.ci/only-new requirements.txt .mutants.lock > requirements-mutants.txt && rm .mutants.lock

clean: ## remove everything that was built (not the environment)
	rm -rf _build dist
