"""A web service that misbehaves, and what never leaves the machine in the clear."""

from carouge.guichet.registre.clients import deadline
from carouge.guichet.registre.clients.http import HttpRegistry
from carouge.guichet.registre.clients.http import Limits
from carouge.guichet.registre.domain import decide
from carouge.guichet.registre.domain import fields_to_ask
from carouge.guichet.registre.domain import RegisterUnavailable
from carouge.guichet.registre.domain import ResidentQuery
from carouge.guichet.registre.domain import Status
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from dataclasses import replace
from datetime import date
from datetime import datetime
from datetime import timedelta
from datetime import timezone
from registers import AVS
from registers import DOCUMENT
from registers import JsonRegister
from registers import settings
from registers import TABLE

import json
import logging
import pytest
import ssl
import threading
import time


CAMILLE = ResidentQuery("Rochat", "Camille Anne", date(1986, 4, 12), avs=AVS)
TODAY = date(2026, 11, 23)
LIMITS = Limits(connect=0.5, read=0.3, total=0.6)


@pytest.fixture
def server():
    with JsonRegister() as server:
        yield server


def client_of(server, limits=LIMITS, **changes):
    values = {
        "http_url": server.url,
        "http_corps": DOCUMENT,
        "http_correspondance": TABLE,
        **changes,
    }
    return HttpRegistry(lambda: settings(**values), limits)


def find(client, query=CAMILLE):
    return client.find(query, fields_to_ask(query, ()))


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        ("slow", "TimeoutError"),
        ("drip", "no answer in time"),
        ("drip_headers", "no answer in time"),
        ("huge", "answer too large"),
        ("garbage", "no JSON"),
        ("deep", "no JSON"),
        ("not_http", "BadStatusLine"),
        ("cut_off", "answer cut off"),
        ("no_people", "no list of people, or too many"),
        ("crowd", "no list of people, or too many"),
        ("empty_person", "birthdate"),
        ("no_birthdate", "birthdate"),
        ("no_residence", "residence"),
        ("error_500", "HTTP 500"),
        ("error_401", "HTTP 401"),
        ("redirect", "HTTP 302"),
    ],
)
def test_a_fault_is_no_answer(server, fault, why):
    server.fault = fault
    began = time.monotonic()
    with pytest.raises(RegisterUnavailable) as caught:
        find(client_of(server))
    # However it drips: the limit of the whole, and what a busy machine adds.
    assert time.monotonic() - began < LIMITS.total + 2
    if fault == "empty_person":
        assert str(caught.value) in ("family_name", "given_names", "residence")
    else:
        assert str(caught.value) == why


def test_a_redirect_is_not_followed(server):
    server.fault = "redirect"
    with pytest.raises(RegisterUnavailable):
        find(client_of(server))
    assert len(server.questions) == 1


def test_a_question_is_asked_once(server):
    server.fault = "error_500"
    with pytest.raises(RegisterUnavailable):
        find(client_of(server))
    assert len(server.questions) == 1


def test_the_answer_for_somebody_else_is_not_taken(server):
    server.fault = "wrong_person"
    records = find(client_of(server))
    assert [record.family_name for record in records] == ["D’Angelo"]
    assert decide(CAMILLE, records, 6608, TODAY) == (Status.NOT_RESIDENT, None)


def test_abandoned_questions_come_to_their_end(server):
    server.fault = "drip"
    free = deadline._UNDER_WAY._value
    with pytest.raises(RegisterUnavailable):
        find(client_of(server))
    deadline_at = time.monotonic() + 5
    while deadline._UNDER_WAY._value < free and time.monotonic() < deadline_at:
        server.leave.wait(0.02)
    assert deadline._UNDER_WAY._value == free


def test_too_many_questions_at_once(server, monkeypatch):
    monkeypatch.setattr(deadline, "_UNDER_WAY", threading.BoundedSemaphore(1))
    with deadline._UNDER_WAY, pytest.raises(RegisterUnavailable) as caught:
        find(client_of(server))
    assert str(caught.value) == "too many questions under way"
    assert server.questions == []


def test_what_is_sent(server):
    find(client_of(server))
    ((method, path, headers, document),) = server.questions
    assert (method, path) == ("POST", "/personnes")
    assert headers["Content-Type"] == headers["Accept"] == "application/json"
    assert document == {
        "avs": AVS,
        "family_name": "Rochat",
        "first_name": "Camille",
        "birthdate": "1986-04-12",
        "fields": sorted(fields_to_ask(CAMILLE, ())),
    }


def test_what_is_not_known_is_not_sent(server):
    find(client_of(server), replace(CAMILLE, avs=""))
    assert "avs" not in server.questions[0][3]


def test_an_address_is_quoted_and_holds_no_number(server):
    query = replace(CAMILLE, family_name="Rochat & Fils/../é?#")
    client = client_of(
        server,
        http_methode="GET",
        http_url=server.url + "?birthdate={birthdate}&nom={family_name}",
    )
    assert [record.person_id for record in find(client, query)] == ["1"]
    ((method, path, _headers, document),) = server.questions
    assert (method, document) == ("GET", None)
    assert path == (
        "/personnes?birthdate=1986-04-12&nom=Rochat%20%26%20Fils%2F..%2F%C3%A9%3F%23"
    )
    assert AVS not in path


def test_nothing_of_the_person_in_the_log(server, caplog):
    caplog.set_level(logging.DEBUG)
    for fault in (None, "error_500", "garbage", "no_birthdate"):
        server.fault = fault
        try:
            find(client_of(server))
        except RegisterUnavailable as error:
            logging.getLogger("carouge.guichet.registre").warning("%s", error)
    assert AVS not in caplog.text
    assert "Rochat" not in caplog.text


def test_the_header_comes_from_the_environment(server, monkeypatch):
    monkeypatch.setenv("GUICHET_REGISTRE_ENTETE", "Authorization: Bearer abc")
    find(client_of(server))
    assert server.questions[0][2]["Authorization"] == "Bearer abc"


@pytest.mark.parametrize("line", ["abc", ": abc", "A: b\r\nHost: x"])
def test_a_header_that_is_none(server, monkeypatch, line):
    monkeypatch.setenv("GUICHET_REGISTRE_ENTETE", line)
    client = client_of(server)
    assert client.check_config() == ["The header or the certificate cannot be used."]
    with pytest.raises(RegisterUnavailable):
        find(client)
    assert server.questions == []


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"http_corps": ""}, "POST needs a document to send."),
        (
            {"http_methode": "GET"},
            "The address asks for nobody: it has no placeholder.",
        ),
        ({"http_correspondance": "{"}, "This is not valid JSON."),
    ],
)
def test_settings_that_cannot_work(server, changes, problem):
    client = client_of(server, **changes)
    assert client.check_config() == [problem]
    with pytest.raises(RegisterUnavailable):
        find(client)
    assert server.questions == []


def test_what_the_profile_wants_and_the_table_lacks(server):
    table = json.loads(TABLE)
    del table["champs"]["street"], table["foyer"]
    client = client_of(
        server,
        http_correspondance=json.dumps(table),
        donnees={"street", "household", "town"},
    )
    (problem,) = client.check_config()
    assert problem.mapping == {"names": "street, household"}


# --- TLS --------------------------------------------------------------------------


class Authority:
    """Issues certificates; files are written into ``folder``."""

    def __init__(self, folder):
        self.folder = folder
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Autorité")])
        self.file = folder / "ca.pem"
        certificate = self._certificate(self.name, self.key, authority=True)
        self.file.write_bytes(certificate)

    def issue(self, name):
        """The files of a certificate and of its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        certificate, secret = self.folder / f"{name}.pem", self.folder / f"{name}.key"
        certificate.write_bytes(self._certificate(subject, key))
        secret.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        return certificate, secret

    def _certificate(self, subject, key, authority=False):
        now = datetime.now(timezone.utc)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.BasicConstraints(authority, None), critical=True)
            .add_extension(
                x509.SubjectAlternativeName([x509.DNSName("localhost")]), False
            )
        )
        return builder.sign(self.key, hashes.SHA256()).public_bytes(
            serialization.Encoding.PEM
        )


@pytest.fixture
def authority(tmp_path):
    return Authority(tmp_path)


@pytest.fixture
def tls_server(authority):
    certificate, key = authority.issue("localhost")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    context.load_verify_locations(authority.file)
    context.verify_mode = ssl.CERT_REQUIRED
    with JsonRegister(context=context) as server:
        yield server


def test_a_certificate_proves_who_asks(tls_server, authority, monkeypatch):
    certificate, key = authority.issue("guichet")
    monkeypatch.setenv("GUICHET_REGISTRE_CA", str(authority.file))
    monkeypatch.setenv("GUICHET_REGISTRE_CERTIFICAT", str(certificate))
    monkeypatch.setenv("GUICHET_REGISTRE_CLE", str(key))
    client = client_of(tls_server, Limits())
    assert [record.person_id for record in find(client)] == ["1"]


def test_without_certificate_there_is_no_answer(tls_server, authority, monkeypatch):
    monkeypatch.setenv("GUICHET_REGISTRE_CA", str(authority.file))
    with pytest.raises(RegisterUnavailable):
        find(client_of(tls_server, Limits()))
    assert tls_server.questions == []


def test_an_unknown_authority_is_not_believed(tls_server):
    with pytest.raises(RegisterUnavailable) as caught:
        find(client_of(tls_server, Limits()))
    assert str(caught.value) == "SSLCertVerificationError"
    assert tls_server.questions == []


def test_a_certificate_that_is_not_there(tls_server, monkeypatch):
    monkeypatch.setenv("GUICHET_REGISTRE_CERTIFICAT", "/nowhere/guichet.pem")
    assert client_of(tls_server).check_config() == [
        "The header or the certificate cannot be used."
    ]


def test_one_finds_out_whether_it_is_there_without_asking_anything():
    with JsonRegister() as register:
        knock = client_of(register).sonde()
        knock()
        assert register.questions == []
    with pytest.raises(ConnectionRefusedError):
        knock()


def test_settings_that_lead_nowhere_are_no_register(server):
    with pytest.raises(RegisterUnavailable):
        client_of(server, http_url="").sonde()
