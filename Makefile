# Two commands for users: `make report` and `make test`. Everything lives in .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
SPARK := $(VENV)/.spark
WORKERS ?= 2

.PHONY: report test test-all lint format sample catalogues lock screenshots docs build clean help

help:  ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/:/'

report: $(READY)  ## run all stages on the Complete Journey and print the report's path
	@$(BIN)/segtools run complete_journey

test: $(READY)  ## run all tests that are not slow, the notebooks included
	$(BIN)/pytest -m "not slow" -n $(WORKERS) --dist loadgroup

test-all: $(SPARK)  ## run every test, on Spark too (which is large: only here)
	$(BIN)/pytest -n $(WORKERS) --dist loadgroup
	$(BIN)/pytest --nbmake --nbmake-timeout=900 -n $(WORKERS) notebooks

lint: $(READY)  ## ruff, mypy, import directions, notebooks stripped, spelling
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/nbstripout --verify notebooks/*.ipynb notebooks/lessons/*.ipynb
	$(BIN)/codespell

format: $(READY)  ## put code in order
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/nbstripout notebooks/*.ipynb notebooks/lessons/*.ipynb

sample: $(READY)  ## make data/sample again
	$(BIN)/python data/sample/make_sample.py

catalogues: $(READY)  ## collect what is to be translated into each language's catalogue
	$(BIN)/python -m segtools.languages.extraction

screenshots: $(READY)  ## make the README's pictures from a finished report
	$(BIN)/python docs/make_screenshots.py

docs: $(READY)  ## build the documentation site into docs/_build/html, without a network
	$(BIN)/python -m sphinx -c docs -W --keep-going -b html -q . docs/_build/html
	@echo "$(CURDIR)/docs/_build/html/index.html"

build: $(READY)  ## build wheel and sdist into dist/ and check them; RELEASE=1 to publish
	rm -rf dist
	$(BIN)/python -m build --no-isolation --outdir dist .
	$(BIN)/twine check --strict dist/*
	$(BIN)/python release/check_archives.py dist $(if $(RELEASE),--release)

lock:  ## pin the whole tree but Spark, which has a short lock of its own (needs uv)
	uv pip compile pyproject.toml --extra complete-journey --extra dev --extra docs --extra postgres --universal --no-header --no-annotate \
		--no-emit-index-url --python-version 3.11 --quiet -o requirements.lock

# uv where it is, else venv and pip: both install the locked tree, then this checkout.
$(READY): pyproject.toml requirements.lock
	@if command -v uv >/dev/null 2>&1; then \
		uv venv --quiet --allow-existing --python "$$($(PYTHON) -c 'import sys; print(sys.executable)')" $(VENV) && \
		uv pip install --quiet --python $(BIN)/python -r requirements.lock && \
		uv pip install --quiet --python $(BIN)/python --no-deps -e . ; \
	else \
		$(PYTHON) -m venv $(VENV) && \
		$(BIN)/python -m pip install --quiet -r requirements.lock && \
		$(BIN)/python -m pip install --quiet --no-deps -e . ; \
	fi
	@touch $(READY)

$(SPARK): $(READY) requirements-spark.lock
	@if command -v uv >/dev/null 2>&1; then \
		uv pip install --quiet --python $(BIN)/python -r requirements-spark.lock ; \
	else \
		$(BIN)/python -m pip install --quiet -r requirements-spark.lock ; \
	fi
	@touch $(SPARK)

clean:  ## remove the environment and what was built
	rm -rf $(VENV) dist docs/_build docs/api
