"""Run in a process of its own: upgrades with a step that fails, or says what is there."""

from __future__ import annotations

from carouge.guichet import console
from carouge.guichet.upgrades import v1001
from etat_du_site import etat_de
from Products.GenericSetup.upgrade import _upgrade_registry

import json


def main(words: list[str]) -> int:
    conf, command = words
    if command == "echouer":
        return _echouer(conf)
    with console.site_ouvert(conf, "/carouge") as site:
        print(json.dumps(etat_de(site)))
    return 0


def _echouer(conf: str) -> int:
    """The command, with the second of its steps broken."""
    ouvrir = console.site_ouvert

    def fail(tool) -> None:
        v1001.reglages_des_regies(tool)
        raise ValueError("disque plein")

    def ouvert(*args):
        opened = ouvrir(*args)
        return _casser(opened, fail)

    console.site_ouvert = ouvert
    return console.main(["--zope-conf", conf, "--site", "/carouge", "mettre-a-niveau"])


class _casser:
    """Breaks the step once the configuration of the site was read."""

    def __init__(self, opened, handler) -> None:
        self.opened, self.handler = opened, handler

    def __enter__(self):
        site = self.opened.__enter__()
        steps = _upgrade_registry.getUpgradeStepsForProfile("carouge.guichet:default")
        for group in steps.values():
            for _id, step in group:
                if getattr(step, "handler", None) is v1001.reglages_des_regies:
                    step.handler = self.handler
        return site

    def __exit__(self, *error):
        return self.opened.__exit__(*error)
