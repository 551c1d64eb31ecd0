"""Filling in the forms of a guichet in a real browser, question by question."""

from carouge.guichet.demo.personas import SMS_CODE
from carouge.guichet.demo.settings import PASSWORD

import re


def question(page, cle: str):
    """The block of a question, by its path (``nom`` or ``groupe.rang.nom``)."""
    return page.locator(f'[data-guichet-question="{cle}"]')


def repondre(page, **reponses) -> None:
    """Answer questions by the name of their field.

    A text is typed, chosen in the list or ticked by its label; a list ticks several;
    True ticks the one box; a dict answers the parts of an address.
    """
    for nom, reponse in reponses.items():
        repondre_a(question(page, nom), reponse)


def repondre_a(bloc, reponse) -> None:
    """Answer one question; its page may just be coming."""
    bloc.wait_for(state="attached")
    if reponse is True:
        bloc.get_by_role("checkbox").check()
    elif isinstance(reponse, dict):
        for partie, texte in reponse.items():
            bloc.locator(f"[name$='.{partie}']").fill(texte)
    elif isinstance(reponse, list):
        for texte in reponse:
            bloc.get_by_label(texte, exact=True).check()
    elif bloc.locator("[type=radio]").count():
        bloc.get_by_label(reponse, exact=True).check()
    elif bloc.locator("select").count():
        bloc.get_by_role("combobox").select_option(label=reponse)
    else:
        bloc.get_by_role("textbox").or_(bloc.locator("[type=date]")).fill(reponse)


def rang(page, groupe: str, numero: int, **reponses) -> None:
    """Answer the questions of a row of a group; ``numero`` counts from 1."""
    bloc = page.locator(f'[data-guichet-groupe="{groupe}"] [data-guichet-rang]')
    for nom, reponse in reponses.items():
        repondre_a(
            bloc.nth(numero - 1).locator(f'[data-guichet-question$=".{nom}"]'), reponse
        )


def titre(page) -> str:
    """The title of the step one is at."""
    return " ".join(page.locator("#etape").inner_text().split()).split(": ")[-1]


def continuer(page, vers: str) -> None:
    """Press the button of the step, and arrive at the step (or review) ``vers``."""
    page.locator("#form button.btn-primary[name=suivant]").click()
    page.locator("#etape", has_text=vers).wait_for()


def envoyer(page) -> tuple[str, str]:
    """Send from the review; number and tracking code of the demande."""
    page.locator("#form button[name=envoyer]").click()
    page.wait_for_url("**/confirmation?**")
    return page.locator("#numero").inner_text(), page.locator("#code").inner_text()


def prouver(page, demo, email: str, acting_for: str | None = None) -> None:
    """The identity provider's pages, from the password back to the guichet."""
    page.wait_for_url(f"{demo.idp}/connexion/**")
    page.locator("input[name=email]").fill(email)
    page.locator("input[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Continuer").click()
    page.wait_for_url("**/code")
    page.locator("input[name=code]").fill(SMS_CODE)
    page.get_by_role("button", name="Se connecter").click()
    if acting_for:
        page.wait_for_url("**/agir")
        page.get_by_role("button", name=re.compile(acting_for)).click()
    page.wait_for_url(f"{demo.guichet}**")


def entrer(page, demo, email: str, path: str = "", acting_for=None) -> None:
    """Press « Se connecter » on a page of the guichet and go through the provider."""
    page.goto(f"{demo.guichet}{path}")
    page.get_by_role("link", name="Se connecter", exact=True).first.click()
    prouver(page, demo, email, acting_for)


def entrer_agent(page, demo, login: str) -> None:
    """Log in as a member of the staff, at Plone's own form."""
    page.goto(f"{demo.site}/login")
    page.locator("#__ac_name").fill(login)
    page.locator("#__ac_password").fill(PASSWORD)
    page.locator("#buttons-login").click()
    page.wait_for_load_state()
