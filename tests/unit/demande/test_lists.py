"""The lists over the index, compared with a plain look at all lines."""

from carouge.guichet.demande import queries
from carouge.guichet.demande.catalog import GuichetCatalog
from carouge.guichet.demande.criteres import A_PRENDRE
from carouge.guichet.demande.criteres import Bannette
from carouge.guichet.demande.criteres import Criteres
from carouge.guichet.demande.criteres import PERSONNE
from carouge.guichet.demande.criteres import Tri
from carouge.guichet.demande.domain import Canal
from carouge.guichet.demande.domain import candidate_numbers
from carouge.guichet.demande.domain import State
from carouge.guichet.demande.ligne import Ligne
from carouge.guichet.demande.row import row_of
from carouge.guichet.swisstime import local_date
from datetime import date
from datetime import datetime
from datetime import timedelta
from datetime import timezone
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

import pytest


JOUR = date(2026, 11, 20)
DEBUT = datetime(2026, 10, 1, 22, 30, tzinfo=timezone.utc)
NEVER = datetime(2100, 1, 1, tzinfo=timezone.utc)
SERVICES = ("voirie", "ecoles", "sports")
DEMARCHES = ("conteneur", "macaron")
AGENTS = ("", "anne", "bruno")
NOMS = ("", "Camille Rochat", "Zoé de Rham", "Anne-Marie Rochat", "Jean Martin")
NUMEROS = [
    next(candidate_numbers(str(index).encode(), 2025 + index % 2))
    for index in range(40)
]


class Desk:
    """The index under test, beside all its lines."""

    def __init__(self):
        self.catalog = GuichetCatalog()
        self.lignes = {}

    def note(self, ligne):
        self.catalog.noter(ligne)
        self.lignes[ligne.numero] = ligne

    def forget(self, numero):
        class Forgotten:
            pass

        Forgotten.numero = numero
        self.catalog.unindexObject(Forgotten)
        self.lignes.pop(numero, None)

    def rows(self):
        return [row_of(ligne) for ligne in self.lignes.values()]


@pytest.fixture
def desk(monkeypatch):
    desk = Desk()
    monkeypatch.setattr(queries, "_catalog", lambda: desk.catalog)
    return desk


def line(index=0, **values):
    depot = DEBUT + timedelta(minutes=index)
    values = {
        "numero": NUMEROS[index],
        "titre": "Commander un conteneur",
        "etat": "deposee",
        "service": "voirie",
        "demarche": "conteneur",
        "depot": int(depot.timestamp()),
        "modifie": int(depot.timestamp()),
        **values,
    }
    return Ligne(**values)


def numbers(page):
    return [row.numero for row in page.rows]


@st.composite
def lines(draw):
    etat = draw(st.sampled_from(State))
    depot = int((DEBUT + timedelta(hours=draw(st.integers(0, 80)))).timestamp())
    demarche = draw(st.sampled_from(DEMARCHES))
    return Ligne(
        numero=draw(st.sampled_from(NUMEROS)),
        titre=f"Éléments du {demarche}",
        etat=etat.value,
        service=draw(st.sampled_from(SERVICES)),
        demarche=demarche,
        depot=depot,
        modifie=depot + draw(st.integers(0, 300_000)),
        attendu=draw(
            st.just(0) | st.integers(-5, 5).map(lambda days: JOUR.toordinal() + days)
        ),
        par=draw(st.sampled_from(("", "ge-1", "ge-2"))),
        organisation_id=draw(st.sampled_from(("", "org-1"))),
        deposant=draw(st.sampled_from(NOMS)),
        organisation=draw(st.sampled_from(("", "Boulangerie du Rondeau Sàrl"))),
        suspendu=etat.final or etat is State.A_COMPLETER or draw(st.booleans()),
        agent=draw(st.sampled_from(AGENTS)),
        canal=draw(st.sampled_from(Canal)).value,
        membre_id=draw(st.sampled_from(("", "m1"))),
        suiveurs=draw(st.sampled_from(((), ("anne",), ("anne", "bruno")))),
        archivee=etat.final and draw(st.booleans()),
    )


operations = st.lists(lines() | st.sampled_from(NUMEROS), max_size=60)
criteria = st.builds(
    Criteres,
    etats=st.lists(st.sampled_from(State), max_size=3).map(tuple),
    demarche=st.none() | st.sampled_from((*DEMARCHES, "inconnue")),
    agent=st.none() | st.sampled_from((*AGENTS, "inconnu")),
    canal=st.none() | st.sampled_from(Canal),
    du=st.none() | st.integers(0, 4).map(lambda n: date(2026, 10, 1 + n)),
    au=st.none() | st.integers(0, 4).map(lambda n: date(2026, 10, 1 + n)),
    texte=st.sampled_from(
        (
            "",
            " ",
            "rochat",
            "ROCH cam",
            "rondeau",
            "r",
            "hat",
            *(NUMEROS[n][:9] for n in range(3)),
            *(NUMEROS[n][5:] for n in range(3)),
            NUMEROS[4].lower().replace("-", " "),
        )
    ),
)


def lies_in(bannette, row, agent):
    return {
        Bannette.A_PRENDRE: row.etat in A_PRENDRE and not row.agent,
        Bannette.MIENNES: not row.etat.final and row.agent == agent,
        Bannette.SERVICE: not row.etat.final,
        Bannette.EN_ATTENTE: row.etat is State.A_COMPLETER,
        Bannette.EN_RETARD: row.late(JOUR),
        Bannette.SUIVIES: None,
        Bannette.TOUTES: True,
        Bannette.ARCHIVEES: True,
    }[bannette]


def accepts(criteres, row):
    depot = local_date(row.depot)
    texte = criteres.texte.strip().lower()
    compact = texte.replace("-", "").replace(" ", "").upper()
    numero = row.numero.replace("-", "")
    names = f" {row.deposant} {row.organisation}".lower().replace("-", " ")
    return (
        (not criteres.etats or row.etat in criteres.etats)
        and criteres.demarche in (None, row.demarche_uid)
        and criteres.agent in (None, row.agent)
        and criteres.canal in (None, row.canal)
        and (criteres.du is None or criteres.du <= depot)
        and (criteres.au is None or depot <= criteres.au)
        and (
            not texte
            or (len(compact) >= 8 and numero.startswith(compact))
            or (len(compact) >= 4 and numero[4:].startswith(compact))
            or (
                any(len(word) > 1 for word in texte.split())
                and all(f" {word}" in names for word in texte.split())
            )
        )
    )


def order(tri, row):
    depot, numero = row.depot.timestamp(), row.numero
    if tri is Tri.ECHEANCE:
        if row.etat.final:
            return (2, -local_date(row.depot).toordinal(), -depot, numero)
        if row.suspendu or row.attendu is None or row.etat is State.A_COMPLETER:
            return (1, local_date(row.depot).toordinal(), depot, numero)
        return (0, row.attendu.toordinal(), depot, numero)
    return {
        Tri.RECENTES: (-depot, numero),
        Tri.ANCIENNES: (depot, numero),
        Tri.TITRE: (row.titre.lower(), -depot, numero),
        Tri.MODIFIEES: (-row.modifie.timestamp(), numero),
    }[tri]


@settings(max_examples=300, deadline=None)
@given(
    operations,
    st.sampled_from(Bannette),
    criteria,
    st.sampled_from(Tri),
    st.sets(st.sampled_from((*SERVICES, "inconnu"))),
    st.integers(0, 12),
    st.integers(1, 12),
)
def test_each_list_is_what_a_look_at_all_lines_finds(
    done, bannette, criteres, tri, services, start, size
):
    desk = Desk()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(queries, "_catalog", lambda: desk.catalog)
        for step in done:
            if isinstance(step, str):
                desk.forget(step)
            else:
                desk.note(step)
        agent = "anne"
        mine = [
            row
            for row in desk.rows()
            if row.service_uid in services
            and (
                agent in desk.lignes[row.numero].suiveurs
                if bannette is Bannette.SUIVIES
                else lies_in(bannette, row, agent)
            )
        ]
        away = bannette is Bannette.ARCHIVEES
        in_tray = [row for row in mine if row.archivee is away]
        # Whoever looks for a text among all finds what was put away as well.
        everywhere = bannette is Bannette.TOUTES and criteres.texte.strip()
        expected = sorted(
            (
                row
                for row in (mine if everywhere else in_tray)
                if accepts(criteres, row)
            ),
            key=lambda row: order(tri, row),
        )
        asked = {"services": services, "agent": agent, "jour": JOUR}
        page = queries.list_bannette(
            bannette, criteres=criteres, tri=tri, start=start, size=size, **asked
        )
        assert page.total == len(expected)
        assert page.rows == expected[start : start + size]
        assert queries.count_bannettes(**asked)[bannette] == len(in_tray)
        everything = queries.parcourir(bannette, criteres=criteres, tri=tri, **asked)
        assert [*everything] == expected
        assert len(desk.catalog) == len(desk.lignes)
        assert sum(queries.count_by_state(services=services).values()) == sum(
            row.service_uid in services for row in desk.rows()
        )


@settings(deadline=None)
@given(operations, st.integers(1, 7))
def test_changes_come_one_after_the_other_and_none_twice(done, size):
    desk = Desk()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(queries, "_catalog", lambda: desk.catalog)
        for step in done:
            desk.forget(step) if isinstance(step, str) else desk.note(step)
        expected = sorted(
            (row for row in desk.rows() if row.service_uid != "sports"),
            key=lambda row: (row.modifie, row.numero),
        )
        found, cursor = [], ""
        while True:
            rows, after = queries.changements(
                services=("voirie", "ecoles"),
                jusqu_a=NEVER,
                depuis=cursor,
                size=size,
            )
            assert len(rows) <= size
            if not rows:
                assert after == cursor
                break
            found += rows
            cursor = after
        assert found == expected


@settings(deadline=None)
@given(operations, st.sets(st.sampled_from(("ge-1", "ge-2", "org-1"))))
def test_a_citizen_gets_all_of_his_own_and_nothing_else(done, owners):
    desk = Desk()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(queries, "_catalog", lambda: desk.catalog)
        for step in done:
            desk.forget(step) if isinstance(step, str) else desk.note(step)
        mine = [row for row in desk.rows() if {row.par, row.organisation_id} & owners]
        page = queries.list_demandes(usager=owners, size=100)
        assert page.total == len(mine)
        assert page.rows == sorted(
            mine, key=lambda row: (-row.depot.timestamp(), row.numero)
        )
        facettes = queries.facettes_usager(owners)
        assert sum(facettes.etats.values()) == len(mine)


def test_filters_of_a_citizens_list(desk):
    desk.note(line(0, par="ge-1", titre="Macaron", membre="Léa", membre_id="m1"))
    desk.note(line(1, par="ge-1", etat="validee", cloture=5, duree=0))
    desk.note(line(2, par="ge-2", organisation="Chœur", organisation_id="org-1"))
    desk.note(line(3, par="ge-3"))

    def found(**options):
        return numbers(queries.list_demandes(usager=["ge-1", "org-1"], **options))

    assert found() == [NUMEROS[2], NUMEROS[1], NUMEROS[0]]
    assert found(tri=Tri.ANCIENNES) == [NUMEROS[0], NUMEROS[1], NUMEROS[2]]
    assert found(etats=[State.VALIDEE]) == [NUMEROS[1]]
    assert found(membre="m1") == [NUMEROS[0]]
    assert found(organisation="org-1") == [NUMEROS[2]]
    assert found(organisation="") == [NUMEROS[1], NUMEROS[0]]
    assert found(texte="macar") == [NUMEROS[0]]
    assert found(texte=NUMEROS[1][5:]) == [NUMEROS[1]]
    assert found(texte=NUMEROS[3]) == []
    assert found(start=1, size=1) == [NUMEROS[1]]
    assert queries.facettes_usager(["ge-1", "org-1"]) == queries.Facettes(
        membres={"m1": "Léa"},
        organisations={"org-1": "Chœur"},
        demarches={"conteneur": "Macaron"},
        attendus=0,
        etats={
            **dict.fromkeys(State, 0),
            State.DEPOSEE: 2,
            State.VALIDEE: 1,
        },
    )


def test_a_list_of_nobody_is_refused(desk):
    with pytest.raises(ValueError, match="belongs to"):
        queries.list_demandes()


@pytest.mark.parametrize(
    "whose",
    [{"usager": []}, {"usager": ""}, {"usager": ["ge-1", ""]}, {"services": []}],
)
def test_a_list_of_no_one_in_particular_is_empty(desk, whose):
    desk.note(line(0, par="ge-1"))
    assert queries.list_demandes(**whose) == queries.Page([], 0)


def test_rows_of_numbers_leave_out_what_belongs_to_others(desk):
    desk.note(line(0))
    desk.note(line(1, service="ecoles"))
    desk.note(line(2))
    asked = [NUMEROS[2], NUMEROS[1], "2026-0000-0000", NUMEROS[0]]
    rows = queries.rows_of(asked, services=["voirie"])
    assert [row.numero for row in rows] == [NUMEROS[2], NUMEROS[0]]


def test_working_days_of_what_was_closed(desk):
    early = int(datetime(2025, 11, 1, tzinfo=timezone.utc).timestamp())
    late = int(datetime(2026, 11, 1, tzinfo=timezone.utc).timestamp())
    desk.note(line(0, etat="validee", cloture=early, duree=3))
    desk.note(line(1, etat="validee", cloture=late, duree=0))
    desk.note(line(2, etat="refusee", cloture=late, duree=7))
    desk.note(line(3, etat="retiree", cloture=late))
    desk.note(line(4))
    desk.note(line(5, demarche="macaron", etat="validee", cloture=late, duree=9))
    since = datetime(2026, 1, 1, tzinfo=timezone.utc)
    assert sorted(queries.durees("conteneur", depuis=since)) == [0, 7]


def test_counts_by_state_of_one_demarche(desk):
    desk.note(line(0))
    desk.note(line(1, demarche="macaron"))
    desk.note(line(2, service="ecoles"))
    counts = queries.count_by_state(services=["voirie"], demarche="conteneur")
    assert counts == {**dict.fromkeys(State, 0), State.DEPOSEE: 1}


@pytest.mark.parametrize("cursor", ["x", "-1_a", "1.0_a", "9" * 12 + "_a", "²_a"])
def test_what_is_no_cursor_is_refused(desk, cursor):
    with pytest.raises(ValueError, match="cursor"):
        queries.changements(services=["voirie"], jusqu_a=NEVER, depuis=cursor)


def test_what_is_too_young_is_left_to_the_next_call(desk):
    desk.note(line(0))
    desk.note(line(1))
    first, second = sorted(desk.rows(), key=lambda row: (row.modifie, row.numero))
    assert first.modifie < second.modifie

    def changes(jusqu_a, cursor=""):
        rows, after = queries.changements(
            services=["voirie"], jusqu_a=jusqu_a, depuis=cursor
        )
        return [row.numero for row in rows], after

    found, cursor = changes(first.modifie)
    assert found == [first.numero]
    assert changes(first.modifie, cursor) == ([], cursor)
    assert changes(second.modifie, cursor)[0] == [second.numero]


def test_defaults_at_the_end_of_a_line_are_not_stored():
    ligne = line(0, par="ge-1")
    assert ligne.valeurs()[-1] == "ge-1"
    assert Ligne(*ligne.valeurs()) == ligne
    full = line(1, decisions_a_lire=1)
    assert full.valeurs() == tuple(full)


def test_nobody_is_an_agent_to_look_for(desk):
    desk.note(line(0))
    desk.note(line(1, agent="anne", etat="en_cours"))
    page = queries.list_bannette(
        Bannette.SERVICE,
        services=["voirie"],
        agent="anne",
        criteres=Criteres(agent=PERSONNE),
        jour=JOUR,
    )
    assert numbers(page) == [NUMEROS[0]]
