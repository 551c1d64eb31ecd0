"""What an import would change of a démarche that is there already."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.atelier.controle_modele import canonique
from carouge.guichet.atelier.differences_textes import changements
from carouge.guichet.atelier.fiche import champs
from carouge.guichet.atelier.fiche import en_json
from carouge.guichet.atelier.fiche import fiche_json
from carouge.guichet.atelier.liaisons import objets_locaux
from carouge.guichet.atelier.liaisons import reference
from carouge.guichet.atelier.transfert import scenarios_json
from carouge.guichet.demarche.textes import Textes
from carouge.guichet.demarche.textes import textes_de_travail
from carouge.guichet.formulaire.answers import in_words
from carouge.guichet.formulaire.compile import compile_model
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Difference:
    """One thing that an import would change; ``avant`` is empty for what is new."""

    libelle: object
    avant: str
    apres: str


def differences_de(cible, contenu, valeurs, modele) -> Iterator[Difference]:
    before = fiche_json(cible)
    after = {**before, **en_json(valeurs)}
    for name, (_attribute, field) in champs().items():
        if before[name] != after[name]:
            yield Difference(field.title, *_only_changed(before[name], after[name]))
    old = canonique(cible.fields_model) if cible.fields_model else ""
    if old != modele:
        yield from _form_differences(old, modele)
    scenarios = scenarios_json(cible)
    if scenarios != dict(contenu.scenarios):
        yield Difference(
            _("Scenarios"),
            ", ".join(sorted(scenarios)),
            ", ".join(sorted(contenu.scenarios)),
        )


def differences_de_textes(cible, textes: Textes | None) -> Iterator[Difference]:
    if textes is not None:
        for line in changements(textes_de_travail(cible), textes, in_words):
            yield Difference(_("Notices and models"), "", line)


def autre_service(guichet, cible, contenu, liaisons) -> Iterator[Difference]:
    ref = reference(contenu, "service")
    answer = liaisons.get(ref.cle) if ref else None
    if ref and answer is None:
        return
    if (answer or None) != (cible.service or None):
        services = objets_locaux(guichet, "service")
        yield Difference(
            _("Service in charge"),
            services[cible.service].title if cible.service in services else "",
            services[answer].title if answer in services else ref.titre if ref else "",
        )


def _form_differences(old: str, new: str) -> Iterator[Difference]:
    before = compile_model(old).questions if old else {}
    after = compile_model(new).questions if new else {}
    changed = False
    for name in [*before, *(name for name in after if name not in before)]:
        was = str(before[name].titre) if name in before else ""
        will = str(after[name].titre) if name in after else ""
        if was != will or (name in before) != (name in after):
            changed = True
            yield Difference(_("Question “${name}”", mapping={"name": name}), was, will)
    if not changed:
        yield Difference(_("Form"), _("as it is"), _("changed settings"))


def _only_changed(before: object, after: object) -> tuple[str, str]:
    """Two values in words; of two lists what is not in the other."""
    if isinstance(before, list) and isinstance(after, list):
        gone = [line for line in before if line not in after]
        new = [line for line in after if line not in before]
        # With the same lines in both it is the order that has changed.
        before, after = (gone, new) if gone or new else (before, after)
    return en_mots(before), en_mots(after)


def en_mots(value: object) -> str:
    """A value of the fiche as the report of a dry run shows it."""
    if value is None:
        return ""
    if isinstance(value, dict):
        return value["texte"]
    if isinstance(value, list):
        return " · ".join(value)
    if isinstance(value, bool):
        return "✓" if value else "–"
    return str(value)
