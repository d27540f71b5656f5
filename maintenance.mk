# Work on the book itself: tests, measurements, translation, the lock. `make -f maintenance.mk` lists these
# targets. Everything in Makefile works here too, as in `make -f maintenance.mk clean book`.
include Makefile

.PHONY: lint test-check check-all test-spark coverage mutants links words pseudo translations pages lighthouse hashes bench lock clean

lint: $(READY) ## check style, types and import contracts between packages
	@$(BIN)/ruff check src tests tools bench
	@$(BIN)/ruff format --check src tests tools bench
	@$(BIN)/python -m tools.notebooks
	@$(BIN)/mypy
	@$(BIN)/lint-imports

test-check: $(READY) ## the tests that `make check` adds to those of `make test`
	@$(PYTEST) -m "check and not exhaustive"

check-all: check ## make check, and what takes hours: faults at twenty moments, every bad input, mutants
	@$(PYTEST) -rP -m exhaustive
	@$(MAKE) -f maintenance.mk mutants

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

links: book ## follow every link of the built book
	@$(BIN)/python -m tools.links _build/html

words: $(READY) ## extract every text for translators into locale/ and _build/words
	@$(BIN)/scomm words extract
	@$(BIN)/jupyter-book build . --builder custom --custom-builder gettext --path-output _build/words -q

pseudo: words ## build the book in the pseudo language, to see what no catalog reaches
	@$(BIN)/scomm words pseudo
	@CITABLE_LANGUAGE=qps $(BIN)/jupyter-book build . -W --keep-going -q --path-output _build/qps

translations: book words ## check each translation, build it, and compare its elements and numbers with the English pages
	@for language in $(notdir $(wildcard locale/??)); do \
	  $(BIN)/scomm words check $$language && \
	  CITABLE_LANGUAGE=$$language $(BIN)/jupyter-book build . -W --keep-going -q --path-output _build/$$language && \
	  $(BIN)/python -m tools.translations _build/html _build/$$language/_build/html || exit; \
	done

pages: book ## every page in a browser: accessibility, structure, weight (needs Chromium)
	@SCOMM_BROWSER=required $(PYTEST) tests/site --site _build/html

lighthouse: book ## scores of three pages (needs Chromium and Node.js 18.20 or newer)
	@mkdir -p bench/tmp/lighthouse && cp bench/lighthouse/package*.json bench/lighthouse/*.mjs bench/tmp/lighthouse
	@cd bench/tmp/lighthouse && npm ci --silent --no-audit --no-fund --ignore-scripts
	@PYTHONPATH=src:. $(BIN)/python bench/lighthouse/run.py _build/html

hashes: $(READY) ## compare tables, and originals if present, with their hashes
	@$(BIN)/scomm check

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
