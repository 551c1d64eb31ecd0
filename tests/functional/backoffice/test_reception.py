"""``/agents/piece``: what came by post or to the counter, scanned one after another."""

from bureau import Agent
from bureau import deposer
from carouge.guichet.demande.content import Piece
from carouge.guichet.demande.queries import get_demande
from plone.app.testing import logout

import pytest
import transaction


PATH = "agents/piece"


@pytest.fixture
def guichet(functional):
    logout()
    yield functional["portal"].guichet
    transaction.abort()


@pytest.fixture
def agent(functional):
    return Agent(functional, "agent-dechets")


@pytest.fixture
def numero(guichet):
    [numero] = deposer(
        guichet,
        pieces=[
            Piece("plan", "Plan", None, "", moyen="poste"),
            Piece("photo", "Photo", None, "", moyen="poste"),
        ],
    )
    return numero


def awaited(guichet, numero):
    transaction.begin()
    return [piece.annoncee for piece in get_demande(guichet, numero).pieces]


def scan(agent, typed):
    return agent.get(PATH, params={"numero": typed})


def tick(page, **values):
    [form] = page.html.xpath("//form[@method='post'][.//input[@name='rang']]")
    data = [pair for pair in form.form_values() if pair[0] not in values]
    for name, value in values.items():
        data += [(name, one) for one in (value if isinstance(value, list) else [value])]
    return page.agent.post(form.get("action"), data)


def error(page):
    return page.words("//*[@id='agents-numero-error']")


def test_scan_enter_next(guichet, agent, numero):
    page = agent.get(PATH)
    field = page.html.get_element_by_id("agents-numero")
    assert field.get("autofocus") == "autofocus"
    found = scan(agent, numero)
    assert found.words("//h2[@id='agents-trouve']") == (
        f"{numero} Signaler un dépôt sauvage"
    )
    assert found.all_words("//div[contains(@class, 'form-check')]/label")[:2] == [
        "Plan arrivera par la poste",
        "Photo arrivera par la poste",
    ]
    # A scanner's next Enter would press the button, which has the focus.
    assert [b.text for b in found.html.xpath("//button[@autofocus]")] == [
        "Cocher comme reçu"
    ]
    done = tick(found)
    assert f"Documents notés comme reçus pour {numero} : 2." in done.words(
        "//*[@id='global_statusmessage']"
    )
    assert awaited(guichet, numero) == [False, False]
    assert done.html.get_element_by_id("agents-numero").get("autofocus") == "autofocus"
    assert done.all_words("//section[@aria-labelledby='agents-derniers']//li") == [
        numero
    ]


def test_some_of_them(guichet, agent, numero):
    done = tick(scan(agent, numero), rang=["1"], moyen="guichet")
    assert done.status == 200
    assert awaited(guichet, numero) == [True, False]
    # The way they come is chosen once for all that follow.
    again = scan(agent, f"{numero}")
    assert (
        again.html.get_element_by_id("agents-moyen-poste").get("checked") == "checked"
    )
    field = done.html.xpath("//form[@id='agents-reception']//input[@name='moyen']")[0]
    assert field.get("value") == "guichet"


def test_nothing_ticked(guichet, agent, numero):
    page = tick(scan(agent, numero), rang=[])
    assert page.status == 400
    assert page.words("//p[@id='agents-rang-error']") == "Cochez ce qui est arrivé."
    assert awaited(guichet, numero) == [True, True]


@pytest.mark.parametrize("change", ["lower", "keyboard", "spaces"])
def test_as_a_hand_or_a_scanner_keys_it_in(agent, numero, change):
    typed = {
        "lower": numero.lower(),
        # A Swiss keyboard where the scanner thinks of an American one.
        "keyboard": numero.replace("-", "'").translate(str.maketrans("YZ", "ZY")),
        "spaces": f" {numero.replace('-', ' ')} ",
    }[change]
    assert scan(agent, typed).words("//h2[@id='agents-trouve']/a") == numero


def test_mistyped(agent, numero):
    wrong = numero[:-1] + ("2" if numero[-1] != "2" else "3")
    page = scan(agent, wrong)
    assert error(page).startswith("Ce numéro ne peut pas être juste")
    field = page.html.get_element_by_id("agents-numero")
    assert (field.value, field.get("aria-invalid")) == (wrong, "true")


def test_unknown_and_foreign_look_the_same(guichet, agent):
    demarche = guichet["enfance-ecoles"]["creer-une-ligne-pedibus"]
    [foreign] = deposer(guichet, demarche)
    words = {error(scan(agent, typed)) for typed in (foreign, "2026-7059-YBHV")}
    assert words == {
        "Aucune demande de vos services ne porte ce numéro. Elle appartient peut-être à "
        "un autre service : faites suivre les documents."
    }


def test_nothing_is_awaited(guichet, agent):
    [numero] = deposer(guichet)
    page = scan(agent, numero)
    assert page.words("//*[@id='agents-rien']").startswith(
        "Aucun document n’est attendu pour cette demande."
    )
    assert page.html.xpath("//h2[@id='agents-trouve']/a/@href") == [
        f"{agent.base}/agents/{numero}"
    ]


def test_somebody_was_faster(functional, guichet, agent, numero):
    mine = scan(agent, numero)
    tick(scan(Agent(functional, "admin-site"), numero), rang=["0"])
    late = tick(mine)
    assert late.status == 409
    assert "Document reçu" in late.words("//*[@id='agents-alert']")
    assert awaited(guichet, numero) == [False, True]


def test_a_double_click(guichet, agent, numero):
    page = scan(agent, numero)
    assert [tick(page).status for _time in range(2)] == [200, 200]
    assert awaited(guichet, numero) == [False, False]


def test_the_last_ones_are_numbers_and_nothing_else(agent, numero):
    script = "<script>alert(1)</script>"
    page = agent.get(PATH, params={"derniers": f"{script},{numero},x" + ",y" * 5000})
    assert page.all_words("//section[@aria-labelledby='agents-derniers']//li") == [
        numero
    ]
    assert page.html.xpath("//article//script") == []


@pytest.mark.parametrize("token", ["", "x"])
def test_another_site_ticks_nothing(guichet, agent, numero, token):
    page = tick(scan(agent, numero), _authenticator=token)
    assert page.status == 403
    assert awaited(guichet, numero) == [True, True]


def test_who_has_no_desk(functional, guichet, numero):
    for who in (None, "editeur"):
        response = Agent(functional, who).get(PATH, params={"numero": numero})
        assert response.html.xpath("//input[@name='rang']") == []
