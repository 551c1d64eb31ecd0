# carouge.guichet : ce qu'on tape ici. « make » seul dit ce qu'il y a.

SHELL = /bin/sh

INPUTS = requirements.txt setup.py buildout.cfg $(wildcard profiles/*.cfg)
LOCALES = src/carouge/guichet/locales
# Whoever starts Zope may not be allowed, or not be told, to keep compiled modules.
COMPILE = .venv/bin/python -m compileall -q src tests/support

.DEFAULT_GOAL = help
.PHONY: help build start production-demo production test check clean-demo i18n bench faults prepare-build prepare-test \
	prepare-production FORCE

help: ## Affiche cette aide
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "make %-16s %s\n", $$1, $$2 }' Makefile

build: .stamps/development ## Installe tout ce que la démonstration demande

start: .stamps/development ## Construit si besoin et fait tourner la démonstration
	@$(COMPILE)
	@exec bin/guichet-demo

production-demo: .stamps/development | prepare-production ## Fait tourner la démonstration comme en production : PostgreSQL, HAProxy, deux Zope
	@$(COMPILE)
	@exec bin/python-guichet -m carouge.guichet.demo.production

production: | prepare-production ## Installe un guichet en production selon site.cfg (docs/exploitation.md)
	scripts/build production
	$(COMPILE)

test: .stamps/test ## Contrôle le code et passe tous les tests
	@$(COMPILE)
	@scripts/run-tests all

check: .stamps/test ## Contrôle le code : style, couches, traductions, architecture
	@scripts/run-tests check

clean-demo: ## Oublie les données des démonstrations
	@for folder in var/demo var/production-demo; do \
		pid=$$(cat $$folder/demo.pid 2>/dev/null); \
		if [ -n "$$pid" ] && kill -0 "$$pid" 2>/dev/null; then \
			echo "La démonstration tourne (processus $$pid) : arrêtez-la d'abord." >&2; \
			exit 1; \
		fi; \
	done
	rm -rf var/demo var/production-demo

i18n: .stamps/test ## Met à jour les catalogues de traduction
	bin/i18ndude rebuild-pot --pot $(LOCALES)/carouge.guichet.pot \
		--create carouge.guichet src/carouge/guichet
	bin/i18ndude sync --pot $(LOCALES)/carouge.guichet.pot \
		$(LOCALES)/*/LC_MESSAGES/carouge.guichet.po

bench: .stamps/test ## Mesure la vitesse (BENCH_COURT=1 : cinq minutes) et écrit docs/mesures.md
	@$(COMPILE)
	@PYTHONPATH=tests/support:tests/bench bin/python-test tests/bench/bench.py $(PARTS)

faults: .stamps/test ## Paie et dépose des milliers de fois pendant que tout tombe, et compare
	@$(COMPILE)
	PYTHONPATH=tests/support:tests/faults bin/python-test tests/faults/faults.py
	PYTHONPATH=tests/support:tests/faults bin/python-test tests/faults/depots.py
	PYTHONPATH=tests/support:tests/faults bin/python-test tests/faults/systeme.py

prepare-build:
	@scripts/prepare build

prepare-test:
	@scripts/prepare test

prepare-production:
	@scripts/prepare production

# A script that is missing was taken away by a buildout run by hand.
.stamps/development: $(INPUTS) $(if $(wildcard bin/guichet-demo),,FORCE) | prepare-build
	scripts/build development

.stamps/test: $(INPUTS) $(if $(wildcard bin/pytest),,FORCE) | prepare-test
	scripts/build test
