"""What the pages around the publication of a démarche have in common."""

from __future__ import annotations

from carouge.guichet.atelier.differences import differences
from carouge.guichet.atelier.formulaire_page import PageFormulaire
from carouge.guichet.demarche.versions import Version
from carouge.guichet.swisstime import format_time
from collections.abc import Mapping
from itertools import groupby
from plone import api


class PageAtelier(PageFormulaire):
    """A page about the publications of one démarche."""

    moment = staticmethod(format_time)

    def par_lieu(self, ancien: Mapping, nouveau: Mapping) -> list[dict]:
        """The differences between two states of the form, by where they are."""
        found = differences(ancien, nouveau, self.dire)
        return [
            {"ou": where, "textes": [one.texte for one in group]}
            for where, group in groupby(found, key=lambda one: one.ou)
        ]

    def auteur(self, version: Version) -> str:
        """Who published a version, by name."""
        member = api.user.get(userid=version.auteur) if version.auteur else None
        name = member.getProperty("fullname", "") if member is not None else ""
        return name or version.auteur
