"""What a test looks at on the pages of a form."""

from __future__ import annotations


#: The démarche whose form tests replace with their own.
PATH = "dechets/commander-un-conteneur"


def etape(form) -> str:
    """Id of the step that is shown."""
    return form.form.get("data-guichet-etape")


def valeur(form, cle: str) -> str | None:
    """What stands in the input of a question."""
    return form.page.get_element_by_id(f"champ-{cle}".replace(".", "-")).value


def connus(form) -> dict[str, str]:
    """What the counter knows and nobody can change, by path of the question."""
    return {
        element.get("data-guichet-connu"): element.text_content()
        for element in form.page.xpath("//*[@data-guichet-connu]")
    }


def texte(form, id: str) -> str:
    """The text of the element with that id; empty when there is none."""
    found = form.page.xpath(f"//*[@id='{id}']")
    return " ".join(found[0].text_content().split()) if found else ""


def lignes(form, id: str) -> list[str]:
    """The items of the list in the element with that id."""
    return [
        " ".join(item.text_content().split())
        for item in form.page.xpath(f"//*[@id='{id}']//li")
    ]


def reponses(demande) -> dict[str, str]:
    """The answers of a demande in words, by path of the question."""
    return {reponse.name: reponse.text for reponse in demande.reponses}


def id_de(adresse: str) -> str:
    """The id of the brouillon in the address of one of its pages."""
    return adresse.partition("/formulaire/")[2].partition("/")[0]
