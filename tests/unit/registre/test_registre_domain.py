"""Who answers to a question, and who lives in the commune."""

from carouge.guichet.registre.domain import answerable
from carouge.guichet.registre.domain import decide
from carouge.guichet.registre.domain import fields_to_ask
from carouge.guichet.registre.domain import first_names_agree
from carouge.guichet.registre.domain import Key
from carouge.guichet.registre.domain import key_of
from carouge.guichet.registre.domain import lives_in
from carouge.guichet.registre.domain import normalise
from carouge.guichet.registre.domain import only
from carouge.guichet.registre.domain import ResidentMember
from carouge.guichet.registre.domain import ResidentQuery
from carouge.guichet.registre.domain import ResidentRecord
from carouge.guichet.registre.domain import Status
from dataclasses import replace
from datetime import date
from datetime import timedelta
from hypothesis import assume
from hypothesis import given
from hypothesis import strategies as st

import pytest
import unicodedata


CAROUGE = 6608
TODAY = date(2026, 11, 23)
BORN = date(1986, 4, 12)
AVS = "7561234567897"
OTHER_AVS = "7569217076985"

CAMILLE = ResidentRecord(
    person_id="42",
    family_name="Rochat",
    given_names="Camille Anne",
    birthdate=BORN,
    original_name="Favre",
    sex="f",
    avs=AVS,
    municipality=CAROUGE,
)
BY_NAME = ResidentQuery("Rochat", "Camille", BORN)
BY_AVS = ResidentQuery("Rochat", "Camille", BORN, avs=AVS)


def status(query, *records):
    return decide(query, records, CAROUGE, TODAY)[0]


@pytest.mark.parametrize(
    ("written", "compared"),
    [
        ("Rochat", "rochat"),
        ("D’Angelo", "d angelo"),
        ("D'Angelo", "d angelo"),
        ("Jean-Pierre", "jean pierre"),
        ("Jean‑Pierre", "jean pierre"),
        ("  Anne   Marie ", "anne marie"),
        ("Élodie", "elodie"),
        ("ÉLODIE", "elodie"),
        ("Œuvray", "oeuvray"),
        ("Łukasiewicz", "lukasiewicz"),
        ("Groß", "gross"),
        ("So\u00adfia", "sofia"),
        ("ﬁ", "fi"),
        ("-", ""),
    ],
)
def test_normalise(written, compared):
    assert normalise(written) == compared


@given(st.text(max_size=30))
def test_normalise_twice_is_normalise_once(name):
    assert normalise(normalise(name)) == normalise(name)


@given(st.text("abcéèüçÉ -’'", max_size=20))
def test_normalise_knows_no_case_and_no_composition(name):
    assert normalise(name.upper()) == normalise(name)
    assert normalise(unicodedata.normalize("NFD", name)) == normalise(name)


@pytest.mark.parametrize(
    ("one", "other", "agree"),
    [
        ("Camille", "Camille Anne", True),
        ("Camille Berthe", "Camille Anne", True),
        ("Jean-Pierre", "Jean Pierre Louis", True),
        ("Jean Pierre", "Jean-Pierre", True),
        ("Jean", "Jean-Pierre", False),
        ("Jean-Pierre", "Jean Louis", False),
        ("Anne", "Camille Anne", False),
        ("", "", False),
        ("-", "-", False),
        ("", "Camille", False),
    ],
)
def test_first_given_name(one, other, agree):
    assert first_names_agree(one, other) is agree
    assert first_names_agree(other, one) is agree


@pytest.mark.parametrize(
    ("query", "key"),
    [
        (BY_AVS, Key.AVS),
        (replace(BY_AVS, family_name="Other"), Key.AVS),
        (replace(BY_NAME, person_id="42"), Key.PERSON_ID),
        (BY_NAME, Key.NAME),
        (replace(BY_NAME, family_name="FAVRE"), Key.NAME),
        (replace(BY_NAME, sex="f"), Key.NAME),
        (replace(BY_NAME, sex="m"), None),
        (replace(BY_NAME, family_name="Rochat-Favre"), None),
        (replace(BY_NAME, given_names="Anne"), None),
        (replace(BY_NAME, birthdate=None), None),
        (replace(BY_NAME, birthdate=date(1986, 4, 13)), None),
        (ResidentQuery("", "", BORN), None),
    ],
)
def test_key(query, key):
    assert key_of(query, CAMILLE) == key


def test_a_person_of_the_register_is_a_resident_with_its_record():
    assert decide(BY_NAME, [CAMILLE], CAROUGE, TODAY) == (Status.RESIDENT, CAMILLE)
    assert decide(BY_AVS, [CAMILLE], CAROUGE, TODAY) == (Status.RESIDENT, CAMILLE)


@pytest.mark.parametrize(
    ("query", "records", "expected"),
    [
        (BY_NAME, [], Status.NOT_RESIDENT),
        (BY_NAME, [CAMILLE, CAMILLE], Status.RESIDENT),
        (BY_NAME, [CAMILLE, replace(CAMILLE, person_id="43")], Status.AMBIGUOUS),
        # The number tells them apart.
        (
            BY_AVS,
            [CAMILLE, replace(CAMILLE, person_id="43", avs=OTHER_AVS)],
            Status.RESIDENT,
        ),
        # The number is right, the birth date is not.
        (replace(BY_AVS, birthdate=date(1986, 4, 13)), [CAMILLE], Status.AMBIGUOUS),
        (replace(BY_AVS, birthdate=None), [CAMILLE], Status.AMBIGUOUS),
        (BY_AVS, [replace(CAMILLE, birthdate=None)], Status.AMBIGUOUS),
        # Name and birth date are right, the number is somebody else's.
        (replace(BY_AVS, avs=OTHER_AVS), [CAMILLE], Status.AMBIGUOUS),
        # A register without numbers.
        (BY_AVS, [replace(CAMILLE, avs="")], Status.RESIDENT),
        # Two numbers that point to two people.
        (
            replace(BY_AVS, person_id="43"),
            [CAMILLE, replace(CAMILLE, person_id="43", avs="")],
            Status.AMBIGUOUS,
        ),
        # An answer for somebody else is not taken.
        (
            BY_AVS,
            [ResidentRecord("7", "Dubois", "Marc", BORN, municipality=CAROUGE)],
            Status.NOT_RESIDENT,
        ),
        (BY_NAME, [replace(CAMILLE, municipality=6628)], Status.NOT_RESIDENT),
        (BY_NAME, [replace(CAMILLE, residence="secondaire")], Status.NOT_RESIDENT),
        (BY_NAME, [replace(CAMILLE, residence="")], Status.NOT_RESIDENT),
        (BY_NAME, [replace(CAMILLE, moved_out=TODAY)], Status.NOT_RESIDENT),
        (BY_NAME, [replace(CAMILLE, deceased=TODAY)], Status.NOT_RESIDENT),
        (
            BY_NAME,
            [replace(CAMILLE, moved_out=TODAY + timedelta(days=1))],
            Status.RESIDENT,
        ),
    ],
)
def test_status(query, records, expected):
    assert status(query, *records) is expected


names = st.sampled_from(["Rochat", "ROCHAT", "Favre", "Martin", "-", ""])
given_names = st.sampled_from(["Camille", "Camille Anne", "camille-anne", "Jean", ""])
dates = st.sampled_from([None, BORN, date(1975, 5, 5)])
numbers = st.sampled_from(["", AVS, OTHER_AVS])
ids = st.sampled_from(["", "42", "43"])
sexes = st.sampled_from(["", "f", "m"])
queries = st.builds(ResidentQuery, names, given_names, dates, sexes, numbers, ids)
people = st.builds(
    ResidentRecord,
    person_id=ids,
    family_name=names,
    given_names=given_names,
    birthdate=dates,
    original_name=names,
    sex=sexes,
    avs=numbers,
    municipality=st.sampled_from([0, CAROUGE, 6628]),
    residence=st.sampled_from(["principale", "secondaire", ""]),
    moved_out=st.sampled_from([None, date(2020, 1, 1), date(2030, 1, 1)]),
    deceased=st.sampled_from([None, date(2020, 1, 1)]),
)


@given(queries, st.lists(people, max_size=5))
def test_a_resident_is_one_person_with_that_birth_date_who_lives_here(query, records):
    answer, record = decide(query, records, CAROUGE, TODAY)
    assert (record is not None) == (answer is Status.RESIDENT)
    if record is not None:
        assert record in records
        assert record.birthdate == query.birthdate is not None
        assert lives_in(record, CAROUGE, TODAY)
        assert not query.avs or record.avs in ("", query.avs)
        assert answerable(query)


@given(queries, st.lists(people, max_size=5), st.randoms())
def test_neither_order_nor_repetition_counts(query, records, random):
    shuffled = records + records[:2]
    random.shuffle(shuffled)
    assert decide(query, shuffled, CAROUGE, TODAY) == decide(
        query, records, CAROUGE, TODAY
    )


@given(st.sampled_from([BY_NAME, BY_AVS]), people, people)
def test_a_second_person_by_the_same_key_is_never_a_resident(query, one, other):
    same = {
        "family_name": "Rochat",
        "given_names": "Camille",
        "birthdate": BORN,
        "avs": query.avs,
    }
    one, other = replace(one, **same), replace(other, **same)
    assume(one != other)
    assert status(query, one, other) is Status.AMBIGUOUS


@given(queries, st.lists(people, max_size=4), people)
def test_who_does_not_answer_to_the_question_changes_nothing(query, records, other):
    assume(key_of(query, other) is None)
    assert decide(query, [*records, other], CAROUGE, TODAY) == decide(
        query, records, CAROUGE, TODAY
    )


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (BY_NAME, True),
        (ResidentQuery("", "", BORN, avs=AVS), True),
        (ResidentQuery("", "", BORN, person_id="42"), True),
        (ResidentQuery("", "", BORN), False),
        (ResidentQuery("Rochat", "", BORN), False),
        (replace(BY_AVS, birthdate=None), False),
    ],
)
def test_what_can_be_asked_at_all(query, expected):
    assert answerable(query) is expected


def test_no_more_is_asked_than_is_needed():
    needed = {
        "person_id",
        "family_name",
        "given_names",
        "original_name",
        "birthdate",
        "sex",
        "municipality",
        "residence",
        "moved_out",
        "deceased",
    }
    assert fields_to_ask(BY_NAME, ()) == needed
    assert fields_to_ask(BY_AVS, ("street",)) == needed | {"avs", "street"}


def test_the_profile_gets_only_what_it_may():
    record = replace(
        CAMILLE,
        street="rue Saint-Joseph",
        household=(ResidentMember("43", "Favre", "Dominique", None),),
    )
    stripped = only(record, {"street"})
    assert stripped == ResidentRecord(
        "42", "", "", None, street="rue Saint-Joseph", municipality=CAROUGE
    )
    assert only(record, {"household"}).household == record.household


def test_a_number_never_shows_in_a_log():
    assert AVS not in repr(BY_AVS) + repr(CAMILLE)
