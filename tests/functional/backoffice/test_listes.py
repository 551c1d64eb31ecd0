"""The lists of the desk over HTTP: trays, filters, search, saved lists, columns."""

from bureau import Agent
from bureau import deposer
from carouge.guichet.backoffice.vues import MAX_VUES
from carouge.guichet.demande import traitement
from carouge.guichet.demande.domain import Actor
from carouge.guichet.demande.domain import Canal
from carouge.guichet.demande.domain import candidate_numbers
from carouge.guichet.demande.domain import Deposant
from carouge.guichet.demande.queries import get_demande
from carouge.guichet.demande.service import move_demande
from datetime import datetime
from datetime import timedelta
from datetime import timezone
from plone import api
from plone.app.testing import login
from plone.app.testing import logout

import json
import logging
import pytest
import transaction


SCRIPT = "<script>alert('x')</script>"
LONG_AGO = datetime(2026, 1, 5, 9, 0, tzinfo=timezone.utc)
TABLE = "//table[@aria-labelledby='agents-total']"
NUMBERS = f"{TABLE}/tbody//th/a"
CELLS = f"{TABLE}/tbody/tr"


@pytest.fixture
def guichet(functional):
    logout()
    return functional["portal"].guichet


@pytest.fixture
def pedibus(guichet):
    return guichet["enfance-ecoles"]["creer-une-ligne-pedibus"]


@pytest.fixture
def agent(functional):
    return Agent(functional, "agent-dechets")


@pytest.fixture
def submit(guichet):
    def make(demarche=None, **options):
        return deposer(guichet, demarche, **options)[0]

    return make


@pytest.fixture
def change(functional, guichet):
    """Do something with a demande as an agent, and commit."""

    def make(numero, what, who="agent-dechets"):
        transaction.begin()
        login(functional["portal"], who)
        result = what(get_demande(guichet, numero))
        transaction.commit()
        logout()
        return result

    return make


@pytest.fixture
def journal():
    """The lines of the journal that were written during the test."""
    lines = []

    class Handler(logging.Handler):
        def emit(self, record):
            lines.append(json.loads(record.getMessage()))

    logger = logging.getLogger("carouge.guichet.journal")
    handler = Handler()
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield lines
    logger.removeHandler(handler)
    logger.setLevel(level)


def move(transition, message=""):
    def make(demande):
        return move_demande(
            demande=demande, transition=transition, actor=Actor.AGENT, message=message
        )

    return make


def numbers(page):
    assert page.status == 200, page.response.text
    return page.all_words(NUMBERS)


def headers(page):
    """The titles of the columns, without the sign of the order."""
    return [
        text.rstrip(" \u25b2\u25bc") for text in page.all_words(f"{TABLE}/thead//th")
    ]


def cell(page, heading, row=0):
    """What stands under a heading."""
    place = headers(page).index(heading)
    return page.all_words(f"({CELLS})[{row + 1}]/*")[place]


def trays(page):
    """Count by title of each tray, and the one that is shown."""
    links = page.html.xpath("//ul[@id='agents-bannettes']//a")
    shown = [link for link in links if link.get("aria-current") == "page"]
    return (
        {
            link.text_content().rsplit(None, 1)[0].strip(): int(
                link.xpath("./span")[0].text_content()
            )
            for link in links
        },
        [link.text_content().rsplit(None, 1)[0].strip() for link in shown],
    )


def martin(nom="Jean Martin", organisation=""):
    return Deposant(
        compte="ge-1",
        type="personne",
        niveau="verifie",
        nom=nom,
        organisation=organisation,
    )


# --- trays --------------------------------------------------------------------


def test_empty_list(agent):
    page = agent.get("agents")
    assert page.all_words("//h1") == ["Bureau des agents"]
    assert page.words("//*[@id='agents-total']") == "0 demandes"
    assert page.words("//*[@id='agents-empty']") == (
        "Aucune demande n’est encore arrivée. Les nouvelles apparaissent ici dès qu’un "
        "citoyen les dépose."
    )


def test_what_is_new_is_shown_first_and_least_time_left_on_top(agent, submit, pedibus):
    fresh = submit()
    late = submit(now=LONG_AGO)
    submit(demarche=pedibus)
    page = agent.get("agents")
    assert numbers(page) == [late, fresh]
    assert trays(page)[1] == ["À prendre"]
    assert cell(page, "Démarche") == "Signaler un dépôt sauvage"
    assert cell(page, "État") == "Déposée"
    assert cell(page, "Déposée le") == "05.01.2026"
    assert "retard" in cell(page, "Temps restant")
    assert "retard" not in cell(page, "Temps restant", 1)
    assert page.words("//*[@id='agents-total']") == "2 demandes"


def test_each_tray_and_its_counter(agent, submit, change):
    new, mine, waiting, done, followed = (submit() for _n in range(5))
    late = submit(now=LONG_AGO)
    change(mine, lambda demande: traitement.attribuer(demande, "agent-dechets"))
    change(waiting, move("demander_complement", "Quelle rue ?"))
    change(done, move("valider"))
    change(followed, lambda demande: traitement.suivre(demande, "agent-dechets"))
    counts, _shown = trays(agent.get("agents"))
    assert counts == {
        "À prendre": 3,
        "Les miennes": 1,
        "Mon service": 5,
        "En attente de la personne": 1,
        "En retard": 1,
        "Suivies": 1,
        "Toutes": 6,
        "Archives": 0,
    }
    for tray, expected in {
        "a_prendre": {new, followed, late},
        "miennes": {mine},
        "service": {new, mine, waiting, followed, late},
        "en_attente": {waiting},
        "en_retard": {late},
        "suivies": {followed},
        "toutes": {new, mine, waiting, done, followed, late},
    }.items():
        page = agent.get(f"agents?bannette={tray}")
        assert set(numbers(page)) == expected, tray
    assert numbers(agent.get("agents?bannette=toutes"))[-1] == done
    page = agent.get("agents?bannette=en_attente")
    assert cell(page, "Temps restant") == "en pause"


def test_whoever_has_taken_everything_comes_to_his_own(agent, submit, change):
    mine = submit()
    change(mine, lambda demande: traitement.attribuer(demande, "agent-dechets"))
    page = agent.get("agents")
    assert (numbers(page), trays(page)[1]) == ([mine], ["Les miennes"])
    assert cell(page, "Agent") == "Denis Chappuis"


def test_an_empty_tray_says_so(agent, submit):
    submit()
    page = agent.get("agents?bannette=en_retard")
    assert page.words("//*[@id='agents-empty']") == "Rien n’est en retard."


def test_a_site_administrator_sees_all_services_and_their_names(
    functional, submit, pedibus
):
    waste = submit(now=LONG_AGO)
    schools = submit(demarche=pedibus)
    page = Agent(functional, "admin-site").get("agents")
    assert numbers(page) == [waste, schools]
    assert [cell(page, "Service", row) for row in range(2)] == [
        "Service voirie, espaces verts et matériel",
        "Service des affaires sociales – enfance et écoles",
    ]


def test_what_waits_on_a_demande_is_told_in_the_list(agent, submit, change):
    numero = submit()
    change(
        numero,
        lambda demande: traitement.ecrire_message(
            demande, traitement.USAGER, f"Bonjour {SCRIPT}"
        ),
    )
    page = agent.get("agents")
    marks = page.all_words(f"{CELLS}/th/span")
    assert marks == ["1 message à lire"]
    assert "Bonjour" not in page.response.text


# --- filters ------------------------------------------------------------------


def test_filters_by_demarche_and_several_states(agent, submit, guichet, change):
    conteneur = guichet.dechets["commander-un-conteneur"]
    first = submit()
    second = submit(demarche=conteneur)
    change(first, move("valider"))
    both = agent.get("agents?etat=validee&etat=deposee")
    assert numbers(both) == [second, first]
    assert both.html.xpath("//input[@name='etat'][@checked]/@value") == [
        "deposee",
        "validee",
    ]
    page = agent.get(f"agents?demarche={conteneur.UID()}")
    assert numbers(page) == [second]
    assert page.html.xpath("//select[@name='demarche']/option[@selected]/text()") == [
        "Commander un conteneur"
    ]
    none = agent.get("agents?etat=retiree")
    assert none.words("//*[@id='agents-empty']") == (
        "Aucune demande ne correspond à ces filtres."
    )


def test_filters_by_agent_channel_and_period(agent, submit, change):
    mine = submit(now=LONG_AGO)
    phoned = submit(canal=Canal.TELEPHONE)
    change(mine, lambda demande: traitement.attribuer(demande, "agent-dechets"))
    assert numbers(agent.get("agents?attribuee=agent-dechets")) == [mine]
    assert numbers(agent.get("agents?attribuee=personne")) == [phoned]
    assert numbers(agent.get("agents?canal=telephone")) == [phoned]
    assert numbers(agent.get("agents?canal=en_ligne")) == [mine]
    assert numbers(agent.get("agents?du=2026-01-05&au=2026-01-05")) == [mine]
    assert numbers(agent.get("agents?au=2026-01-04")) == []
    page = agent.get("agents?attribuee=personne")
    chosen = page.html.xpath("//select[@name='attribuee']/option[@selected]")
    assert [option.get("value") for option in chosen] == ["personne"]


def test_a_filter_by_hand_shows_the_same_as_its_address(agent, submit, change):
    numero = submit(canal=Canal.COURRIER)
    submit()
    page = agent.get("agents?canal=courrier")
    form = page.html.xpath("//details[@id='agents-filtres']/form")[0]
    values = [pair for pair in form.form_values() if pair[1]]
    assert ("canal", "courrier") in values
    assert numbers(agent.get("agents", params=values)) == [numero]


def test_the_filters_are_one_click_away(agent, submit):
    submit()
    page = agent.get("agents?bannette=service&tri=recentes")
    assert page.html.xpath("//details[@id='agents-filtres']") == []
    shown = page.follow("Filtrer et trier")
    form = shown.html.xpath("//details[@id='agents-filtres'][@open]/form")[0]
    chosen = {name: value for name, value in form.form_values() if value}
    del chosen["_authenticator"]
    assert chosen == {"bannette": "service", "tri": "recentes"}
    assert numbers(shown) == numbers(page)


@pytest.mark.parametrize(
    ("tri", "expected"),
    [
        ("recentes", ["b", "c", "a"]),
        ("anciennes", ["a", "c", "b"]),
        ("titre", ["c", "b", "a"]),
        ("modifiees", ["a", "b", "c"]),
    ],
)
def test_orders(agent, submit, guichet, change, tri, expected):
    day = datetime(2026, 3, 2, 9, 0, tzinfo=timezone.utc)
    conteneur = guichet.dechets["commander-un-conteneur"]
    made = {
        "a": submit(now=day),
        "b": submit(now=day + timedelta(days=2)),
        "c": submit(now=day + timedelta(days=1), demarche=conteneur),
    }
    change(made["a"], lambda demande: traitement.noter_interne(demande, "Vu"))
    page = agent.get(f"agents?bannette=toutes&tri={tri}")
    assert numbers(page) == [made[name] for name in expected]


def test_a_click_on_a_column_sorts_and_a_second_one_turns_round(agent, submit):
    submit()
    page = agent.get("agents")
    link = page.html.xpath("//thead//a[contains(., 'Déposée le')]")[0]
    assert link.get("href") == f"{agent.base}/agents?tri=recentes"
    again = agent.get(link.get("href"))
    column = again.html.xpath("//thead/tr/th[contains(., 'Déposée le')]")[0]
    assert column.get("aria-sort") == "descending"
    assert column.xpath("./a/@href") == [f"{agent.base}/agents?tri=anciennes"]


def test_pages_of_fifty(agent, submit):
    made = [
        submit(now=datetime(2026, 3, 1 + index // 24, index % 24, tzinfo=timezone.utc))
        for index in range(52)
    ]
    first = agent.get("agents?tri=anciennes")
    assert numbers(first) == made[:50]
    assert first.words("//*[@id='agents-total']") == "52 demandes"
    following = first.html.xpath("//a[@rel='next']/@href")
    assert following == [f"{agent.base}/agents?tri=anciennes&debut=50"]
    assert first.html.xpath("//a[@rel='prev']") == []
    last = agent.get(following[0])
    assert numbers(last) == made[50:]
    assert last.words("//nav[@aria-label='Pages de la liste']/span") == "Page 2 sur 2"
    assert last.html.xpath("//a[@rel='prev']/@href") == [
        f"{agent.base}/agents?tri=anciennes"
    ]
    behind = agent.get("agents?tri=anciennes&debut=5000")
    assert numbers(behind) == made[50:]


@pytest.mark.parametrize(
    "query",
    [
        "etat=xyz",
        "etat:int=3",
        "etat.a:record=deposee",
        "debut=-1",
        "debut=abc",
        "debut=" + "9" * 400,
        "debut:list=1&debut:list=2",
        "demarche=../../x&service=%00&tri=%FF",
        "q:list=1&q:list=2",
        "q:record=1",
        "bannette=xyz&canal=fax&du=hier&vue=../x",
        "start=-1&start=abc&state=xyz",
    ],
)
def test_forged_addresses_give_the_whole_list(agent, submit, query):
    numero = submit()
    assert numbers(agent.get(f"agents?{query}")) == [numero]


# --- search -------------------------------------------------------------------


def message(page):
    return page.words("//*[@id='agents-q-message']")


def test_search_by_number_in_any_spelling(agent, submit):
    numero = submit()
    typed = numero.replace("-", " ").lower().replace("0", "o")
    page = agent.get("agents", params={"q": f" {typed} "})
    assert (page.status, page.url) == (200, f"/agents/{numero}")


def test_search_by_the_beginning_of_a_number(agent, submit):
    numero = submit()
    submit()
    assert numbers(agent.get("agents", params={"q": numero[5:]})) == [numero]
    assert numbers(agent.get("agents", params={"q": numero[:-1]})) == [numero]


def test_search_tells_a_mistyped_number(agent, submit):
    numero = submit()
    wrong = "2026-0000-0001"
    page = agent.get(f"agents?q={wrong}")
    assert message(page) == (
        "Ce numéro ne peut pas être juste : il manque un caractère, ou l’un d’eux est "
        "faux. Comparez-le avec la lettre ou le courriel."
    )
    field = page.html.get_element_by_id("agents-q")
    assert (field.value, field.get("aria-invalid")) == (wrong, "true")
    assert numbers(page) == [numero]


def test_search_for_an_unknown_and_a_foreign_number_look_the_same(
    agent, submit, pedibus
):
    foreign = submit(demarche=pedibus)
    unknown = next(candidate_numbers(b"nobody", 2026))
    pages = [agent.get("agents", params={"q": q}) for q in (foreign, unknown)]
    assert [page.url.partition("?")[0] for page in pages] == ["/agents", "/agents"]
    assert [message(page) for page in pages] == [
        "Aucune demande ne porte ce numéro."
    ] * 2


def test_search_by_name_in_ones_own_services_is_told_to_the_journal_without_it(
    agent, submit, pedibus, journal, change
):
    found = submit(deposant=martin())
    closed = submit(deposant=martin("Zoé Martin-Rey", "Chœur du Vieux-Carouge"))
    submit(deposant=martin("Camille Rochat"))
    submit(deposant=martin(), demarche=pedibus)
    change(closed, move("valider"))
    journal.clear()
    page = agent.get("agents", params={"q": "MARTIN"})
    assert numbers(page) == [found, closed]
    assert cell(page, "Déposée par", 1) == "Chœur du Vieux-Carouge"
    assert [(line["action"], line["subject"]) for line in journal] == [
        ("demande.chercher", "2")
    ]
    assert "MARTIN" not in json.dumps(journal).upper()
    assert numbers(agent.get("agents", params={"q": "carouge choeur"})) == [closed]
    assert numbers(agent.get("agents", params={"q": "carouge chœur"})) == [closed]
    assert numbers(agent.get("agents", params={"q": "artin"})) == []


def test_what_is_typed_into_the_search_is_only_text(agent):
    page = agent.get(f"agents?q=\"'>{SCRIPT}")
    assert page.html.get_element_by_id("agents-q").value == f"\"'>{SCRIPT}"
    assert page.html.xpath("//article//script") == []


# --- many at once -------------------------------------------------------------


def test_chosen_demandes_and_whole_lists_are_sent_to_their_page(agent, submit):
    first, second = submit(), submit(canal=Canal.COURRIER)
    page = agent.get("agents?canal=courrier")
    form = page.html.get_element_by_id("agents-lot")
    assert form.get("action") == f"{agent.base}/agents/lot"
    assert form.xpath(".//input[@name='numeros']/@value") == [second]
    assert [(name, value) for name, value in form.form_values()] == [
        ("bannette", "toutes"),
        ("canal", "courrier"),
        ("_authenticator", form.fields["_authenticator"]),
    ]
    chosen = page.send("agents-lot", tous="1")
    assert chosen.status == 200
    assert second in chosen.response.text
    assert first not in chosen.response.text


# --- columns ------------------------------------------------------------------


def checked(page):
    """The columns that are ticked."""
    return page.all_words("//label[@for=//input[@name='colonnes'][@checked]/@id]")


def test_each_agent_chooses_his_columns(functional, agent, submit):
    submit()
    page = agent.get("agents?tri=recentes")
    assert headers(page)[2:] == [
        "Démarche",
        "Déposée par",
        "État",
        "Temps restant",
        "Déposée le",
        "Agent",
    ]
    choice = page.follow("Colonnes de mes listes")
    assert checked(choice) == [
        "Démarche",
        "Déposée par",
        "État",
        "Temps restant",
        "Déposée le",
        "Agent",
        "Service",
    ]
    done = choice.send("agents-colonnes", colonnes=["canal", "titre", "xyz"])
    assert (done.status, done.url) == (200, "/agents?tri=recentes")
    assert headers(done)[2:] == ["Démarche", "Canal"]
    assert cell(done, "Canal") == "En ligne"
    assert checked(done.follow("Colonnes de mes listes")) == ["Démarche", "Canal"]
    other = Agent(functional, "admin-site").get("agents")
    assert "Canal" not in headers(other)


@pytest.mark.parametrize("path", ["agents/colonnes", "agents/vues"])
@pytest.mark.parametrize("token", ["", "x" * 40])
def test_nothing_is_kept_without_a_token_of_ones_own(agent, submit, path, token):
    submit()
    data = {
        "action": "enregistrer",
        "nom": "Liste",
        "colonnes": "canal",
        "_authenticator": token,
    }
    assert agent.post(path, data).status == 403
    page = agent.get("agents")
    assert "Canal" not in headers(page)
    assert page.html.xpath("//ul[@id='agents-vues']") == []


def test_an_address_keeps_no_columns(agent, submit):
    submit()
    page = agent.get("agents/colonnes?colonnes=canal")
    assert page.status == 200
    assert "Canal" not in checked(page)
    assert "Canal" not in headers(agent.get("agents"))


def test_from_the_columns_one_comes_back_to_the_same_page(agent, submit):
    for day in range(1, 28):
        submit(now=datetime(2026, 3, day, tzinfo=timezone.utc))
        submit(now=datetime(2026, 2, day, tzinfo=timezone.utc))
    page = agent.get("agents?bannette=service&tri=anciennes&debut=50")
    choice = page.follow("Colonnes de mes listes")
    assert choice.follow("Retour à la liste").url == page.url
    assert choice.send("agents-colonnes", colonnes="canal").url == page.url
    assert headers(agent.get("agents"))[2:] == ["Canal"]


def test_without_a_column_the_number_is_left(agent, submit):
    numero = submit()
    choice = agent.get("agents/colonnes")
    done = choice.send("agents-colonnes", colonnes=[])
    assert (done.url, headers(done)) == ("/agents", ["Choix", "Numéro"])
    assert numbers(done) == [numero]


@pytest.mark.parametrize("path", ["agents/vues", "agents/colonnes"])
@pytest.mark.parametrize("who", [None, "editeur"])
def test_who_has_no_desk_has_no_lists(functional, path, who):
    visitor = Agent(functional, who)
    for response in (
        visitor.session.get(f"{visitor.base}/{path}", allow_redirects=False),
        visitor.session.post(f"{visitor.base}/{path}", allow_redirects=False),
    ):
        assert response.status_code in (302, 401)
        assert "agents" not in response.headers.get("Location", "login").split("?")[0]


# --- saved lists --------------------------------------------------------------


@pytest.fixture
def colleague(functional, guichet):
    """Another agent of the same service."""
    api.user.create(
        email="berthe@example.org",
        username="berthe",
        password="Guichet-2026!",
        properties={"fullname": "Berthe Dufour"},
    )
    service = guichet["service-voirie"]
    service.agents = [*service.agents, "user:berthe"]
    transaction.commit()
    return Agent(functional, "berthe")


def keep(agent, query, nom, partage=""):
    page = agent.get(f"agents?{query}").follow("Enregistrer cette liste sous un nom")
    return page.send("agents-garder", nom=nom, partage=partage)


def saved(agent):
    links = agent.get("agents").html.xpath("//ul[@id='agents-vues']//a")
    return [" ".join(link.text_content().split()) for link in links][:-1]


def test_a_list_is_kept_under_a_name(agent, submit, colleague):
    numero = submit(canal=Canal.COURRIER)
    submit()
    page = keep(agent, "canal=courrier&tri=recentes&debut=50", f"  Courrier {SCRIPT}")
    assert page.status == 200
    assert numbers(page) == [numero]
    assert page.url.startswith(
        "/agents?bannette=toutes&canal=courrier&tri=recentes&vue="
    )
    current = page.html.xpath("//ul[@id='agents-vues']//a[@aria-current='page']")
    assert [link.text_content().strip() for link in current] == [f"Courrier {SCRIPT}"]
    assert page.html.xpath("//article//script") == []
    assert saved(agent) == [f"Courrier {SCRIPT}"]
    assert saved(colleague) == []


def test_a_shared_list_is_seen_by_the_service_only_and_shows_only_its_demandes(
    functional, agent, submit, guichet, colleague, pedibus
):
    numero = submit()
    foreign = submit(demarche=pedibus)
    uid = guichet["service-voirie"].UID()
    keep(agent, "etat=deposee", "Nouvelles", uid)
    assert saved(colleague) == ["Nouvelles partagée"]
    assert saved(Agent(functional, "agent-ecoles")) == []
    address = colleague.get("agents").html.xpath("//ul[@id='agents-vues']//a/@href")[0]
    assert numbers(colleague.get(address)) == [numero]
    # The address alone opens nothing to the agents of another service.
    assert numbers(Agent(functional, "agent-ecoles").get(address)) == [foreign]


def test_only_ones_own_list_is_changed_and_deleted(
    functional, agent, submit, guichet, colleague
):
    submit()
    uid = guichet["service-voirie"].UID()
    keep(agent, "etat=deposee", "Nouvelles", uid)
    page = agent.get("agents/vues")
    id = page.html.xpath("//input[@name='id']/@value")[0]
    seen = colleague.get("agents/vues")
    assert seen.all_words("//section/h2") == ["Nouvelles"]
    assert seen.html.xpath("//section//form") == []

    def order(who, **values):
        fresh = who.get("agents")
        token = fresh.html.xpath("//input[@name='_authenticator']/@value")[0]
        return who.post("agents/vues", {"id": id, "_authenticator": token, **values})

    for who in (colleague, Agent(functional, "agent-ecoles")):
        for action in ("changer", "supprimer"):
            refused = order(who, action=action, nom="Volée", partage="")
            assert refused.status == 404, action
    assert saved(agent) == ["Nouvelles partagée"]
    assert order(agent, action="changer", nom="À moi", partage="").status == 200
    assert (saved(agent), saved(colleague)) == (["À moi"], [])
    foreign = guichet["service-enfance"].UID() if "service-enfance" in guichet else "x"
    assert order(agent, action="changer", nom="À moi", partage=foreign).status == 404
    assert order(agent, action="xyz").status == 404
    assert order(agent, action="supprimer").status == 200
    assert saved(agent) == []
    assert order(agent, action="supprimer").status == 404


@pytest.mark.parametrize("nom", ["", "   ", "\u200b", "x" * 81, "a\x00b"])
def test_a_name_that_cannot_be_used(agent, submit, nom):
    submit()
    page = keep(agent, "etat=deposee", nom)
    assert page.status == 400
    assert page.words("//*[@id='agents-alert']") == (
        "Donnez à la liste un nom d’au plus 80 caractères. Rien n’a été modifié."
    )
    assert saved(agent) == []


def test_nobody_keeps_lists_without_end(agent, submit):
    submit()
    page = agent.get("agents/vues?etat=deposee")
    for number in range(MAX_VUES):
        assert page.send("agents-garder", nom=f"Liste {number}").status == 200
    refused = page.send("agents-garder", nom="Une de plus")
    assert refused.status == 400
    assert len(saved(agent)) == MAX_VUES


def test_looking_at_lists_writes_nothing(agent, submit):
    submit()
    agent.get("agents")
    transaction.begin()
    before = api.portal.get()._p_jar.db().lastTransaction()
    for path in ("agents", "agents?bannette=toutes", "agents?q=martin", "agents/vues"):
        assert agent.get(path).status == 200
    transaction.begin()
    assert api.portal.get()._p_jar.db().lastTransaction() == before
