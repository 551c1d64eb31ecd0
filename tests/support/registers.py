"""Residents' registers for the tests: the same people behind each client."""

from carouge.guichet.registre.interfaces import IRegistreSettings
from http.server import BaseHTTPRequestHandler
from http.server import ThreadingHTTPServer
from types import SimpleNamespace
from urllib.parse import parse_qs
from urllib.parse import urlsplit
from zope.schema import getFieldsInOrder

import csv
import json
import threading


AVS = "7561234567897"

COLUMNS = (
    "person_id",
    "avs",
    "family_name",
    "original_name",
    "given_names",
    "birthdate",
    "sex",
    "nationality",
    "marital_status",
    "street",
    "house_number",
    "address_line",
    "swiss_zip",
    "town",
    "municipality",
    "residence",
    "moved_out",
    "deceased",
    "household",
)


def person(person_id, family_name, given_names, birthdate, **more):
    """A row of a register, all columns as texts."""
    return {
        **dict.fromkeys(COLUMNS, ""),
        "person_id": person_id,
        "family_name": family_name,
        "given_names": given_names,
        "birthdate": birthdate,
        "town": "Carouge GE",
        "swiss_zip": "1227",
        "municipality": "6608",
        "residence": "principale",
        **more,
    }


PEOPLE = (
    person(
        "1",
        "Rochat",
        "Camille",
        "1986-04-12",
        avs=AVS,
        sex="f",
        original_name="Monnier",
        street="rue Saint-Joseph",
        house_number="12",
        household="A",
    ),
    person("2", "Favre", "Dominique", "1984-11-30", sex="m", household="A"),
    person("3", "Rochat", "Léa", "2017-03-08", sex="f", household="A"),
    person("4", "Martin", "Jean", "1975-05-05", sex="m", household="B"),
    person("5", "Martin", "Jean", "1975-05-05", sex="m", household="C"),
    person("6", "D’Angelo", "Jean-Pierre", "1990-01-17", household="D"),
    person("7", "Tran", "Minh", "1996-02-14", moved_out="2025-09-30", household="E"),
    person("8", "Berset", "Hugo", "1997-04-16", municipality="6628", household="F"),
)


def settings(**values):
    """Settings of the control panel as they come, with some of them changed."""
    defaults = {
        name: field.default for name, field in getFieldsInOrder(IRegistreSettings)
    }
    return SimpleNamespace(**{**defaults, **values})


def write_csv(path, people=PEOPLE, columns=COLUMNS) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, delimiter=";", extrasaction="ignore")
        writer.writeheader()
        writer.writerows(people)


class JsonRegister(ThreadingHTTPServer):
    """A register behind HTTP and JSON, which misbehaves when told so.

    ``fault`` names a function of :class:`_Handler`; ``questions`` holds what was asked:
    method, path with query string, headers, document.
    """

    daemon_threads = True

    def __init__(self, people=PEOPLE, context=None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.people = list(people)
        self.fault = None
        self.questions: list[tuple] = []
        self.leave = threading.Event()
        self.scheme = "http"
        if context is not None:
            self.scheme = "https"
            self.socket = context.wrap_socket(self.socket, server_side=True)

    def __enter__(self) -> "JsonRegister":
        self._thread = threading.Thread(
            target=self.serve_forever, args=(0.02,), daemon=True
        )
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.leave.set()
        self.shutdown()
        self._thread.join()
        self.server_close()

    def handle_error(self, request, client_address) -> None:
        """A client that goes away is no news."""

    @property
    def url(self) -> str:
        return f"{self.scheme}://localhost:{self.server_port}/personnes"


class _Handler(BaseHTTPRequestHandler):
    def log_message(self, *words: object) -> None:
        """Nothing on the screen of the tests."""

    def do_GET(self) -> None:
        query = parse_qs(urlsplit(self.path).query)
        self._serve({name: values[0] for name, values in query.items()}, None)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        document = json.loads(body)
        self._serve(document, document)

    def _serve(self, question: dict, document: dict | None) -> None:
        self.server.questions.append(
            (self.command, self.path, dict(self.headers), document)
        )
        if self.server.fault is not None:
            getattr(self, self.server.fault)()
            return
        found = [
            row
            for row in self.server.people
            if question.get("avs") == row["avs"] != ""
            or question.get("birthdate") == row["birthdate"]
        ]
        if not found:
            self._answer(404, b'{"erreur": "inconnu"}')
        else:
            self._json([self._person(row) for row in found])

    def _person(self, row: dict) -> dict:
        household = [
            {name: other[name] for name in ("person_id", "birthdate", "sex")}
            | {"names": {"last": other["family_name"], "first": other["given_names"]}}
            for other in self.server.people
            if other["household"] == row["household"]
        ]
        return {
            "identity": {name: value for name, value in row.items() if value},
            "household": household,
        }

    def _json(self, people) -> None:
        self._answer(200, json.dumps({"result": {"people": people}}).encode())

    def _answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    # Faults

    def slow(self) -> None:
        self.server.leave.wait(20)

    def drip(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "10000")
        self.end_headers()
        self._trickle(b" ")

    def drip_headers(self) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
        self._trickle(b"x")

    def _trickle(self, byte: bytes) -> None:
        while not self.server.leave.wait(0.05):
            self.wfile.write(byte)
            self.wfile.flush()

    def huge(self) -> None:
        self._answer(200, b'{"result": {"people": ["' + b"x" * 2_000_000 + b'"]}}')

    def garbage(self) -> None:
        self._answer(200, b"<html>Bienvenue</html>")

    def deep(self) -> None:
        self._answer(200, b"[" * 200_000)

    def not_http(self) -> None:
        self.wfile.write(b"220 smtp.example.ch ESMTP\r\n")

    def cut_off(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "5000")
        self.end_headers()
        self.wfile.write(b'{"result": {"people": []}}')

    def no_people(self) -> None:
        self._answer(200, b'{"error": "internal"}')

    def empty_person(self) -> None:
        self._json([{}])

    def crowd(self) -> None:
        self._json([self._person(self.server.people[0])] * 51)

    def wrong_person(self) -> None:
        self._json([self._person(self.server.people[5])])

    def no_birthdate(self) -> None:
        row = {**self.server.people[0], "birthdate": "demain"}
        self._json([self._person(row)])

    def no_residence(self) -> None:
        self._json([self._person({**self.server.people[0], "residence": ""})])

    def error_500(self) -> None:
        self._answer(500, b"{}")

    def error_401(self) -> None:
        self._answer(401, b"{}")

    def redirect(self) -> None:
        self._answer(302, b"", Location=f"http://127.0.0.1:{self.server.server_port}/x")


#: What the client is told of :class:`JsonRegister`.
DOCUMENT = json.dumps(
    {
        "avs": "{avs}",
        "family_name": "{family_name}",
        "first_name": "{first_name}",
        "birthdate": "{birthdate}",
        "fields": "{fields}",
    }
)
TABLE = json.dumps(
    {
        "personnes": "result.people",
        "champs": {name: f"identity.{name}" for name in COLUMNS if name != "household"},
        "foyer": {
            "chemin": "household",
            "champs": {
                "person_id": "person_id",
                "family_name": "names.last",
                "given_names": "names.first",
                "birthdate": "birthdate",
                "sex": "sex",
            },
        },
    }
)
