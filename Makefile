# `make demo` and `make test` work on a fresh clone; both are quick when everything is there already.

ENVIRONMENT = scripts/environment.sh
PYTHON = .venv/bin/python
APPS = $(wildcard examples/*.py)

.PHONY: demo test lint format bench soak clean environment environments browser

demo:
	@$(ENVIRONMENT) .venv 3.11
	@exec $(PYTHON) -m hybridviz serve $(SERVE) $(APPS)

test: environments browser
	@$(PYTHON) scripts/check.py

soak: environments browser
	@$(PYTHON) scripts/check.py --soak

lint: environment
	@$(PYTHON) scripts/check.py --only-lint

format: environment
	@$(PYTHON) -m ruff format .
	@$(PYTHON) -m ruff check --fix .

bench: environment
	@scripts/peers.sh
	@$(PYTHON) -m benchmarks $(BENCH)

environment:
	@$(ENVIRONMENT) .venv 3.11 test

environments: environment
	@$(ENVIRONMENT) --if-found .venv312 3.12 test
	@scripts/old_clients.sh

browser:
	@scripts/browser.sh

clean:
	rm -rf .venv .venv312 .venv-bokeh010 .venv-bokeh011 .bench
	rm -rf build dist *.egg-info screenshots .hybridviz
	rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
