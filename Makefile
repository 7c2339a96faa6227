# Two commands are all there is to know: `make serve` and `make test`.
PYTHON ?= python3
BIN := .venv/bin
PORT ?= 8000

.PHONY: serve test check soak bench translations clean

serve: .venv/runtime                ## set up, publish articles/, serve on 127.0.0.1:8000
	$(BIN)/kb publish articles
	$(BIN)/kb serve --port $(PORT)

test: .venv/dev debian              ## set up, run everything
	$(MAKE) --no-print-directory check
	$(BIN)/python -m pytest -m "not soak" -n 3 --dist loadfile --no-loadscope-reorder

check: .venv/dev                    ## format, lint and types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

soak: .venv/dev debian              ## the long figures at full size, and properties by new examples
	$(BIN)/python -m pytest -m "soak or hypothesis" --hypothesis-profile exploring

bench: .venv/dev .venv-peers/ready  ## speed and quality beside peers, one table
	$(BIN)/python -m bench

translations: .venv/dev             ## find new messages for the translators, compile what they wrote
	mkdir -p build
	$(BIN)/pybabel -q extract -F webapp/translations/babel.cfg -k lazy_gettext --project kb --add-location file --no-wrap -o build/messages.pot webapp
	$(BIN)/pybabel -q update -i build/messages.pot -d webapp/translations --no-wrap --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date
	$(BIN)/pybabel -q compile -d webapp/translations

clean:                              ## remove what can be made again; what visitors did stays in .kb
	rm -rf .venv .venv-peers build *.egg-info .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
	rm -rf .kb/CURRENT .kb/snapshots .kb/memory .kb/cache .kb/models

.PHONY: debian
debian:
	@sh tests/debian-packages.sh

# Set up again only when the requirements change.
.venv/runtime: requirements.txt setup.cfg pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet -r requirements.txt
	$(BIN)/pip install --quiet --no-deps -e .
	touch $@

.venv/dev: .venv/runtime requirements-dev.txt
	$(BIN)/pip install --quiet -r requirements-dev.txt
	touch $@

.venv-peers/ready: bench/requirements.txt
	$(PYTHON) -m venv .venv-peers
	.venv-peers/bin/pip install --quiet -r bench/requirements.txt
	touch $@
