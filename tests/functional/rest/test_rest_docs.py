"""The examples in docs/rest.md are what the services say."""

from pathlib import Path

import json
import pytest
import re


DOCS = Path(__file__).parents[3] / "docs" / "rest.md"
EXAMPLE = re.compile(r"<!-- example: (\w+) -->\n```json\n(.*?)\n```", re.DOTALL)
HOST = "https://www.example.ch"


@pytest.fixture(scope="module")
def examples():
    found = EXAMPLE.findall(DOCS.read_text(encoding="utf-8"))
    return {name: json.loads(text) for name, text in found}


def test_the_examples_are_true(anonymous, examples):
    host = anonymous.url.removesuffix("/++api++/guichet")

    def public(response):
        return json.loads(response.text.replace(host, HOST))

    request = examples["request"]
    path = request["demarche"]
    one = public(anonymous.get(f"@demarches/{path}"))
    assert {key: one[key] for key in examples["item"]} == examples["item"]
    assert examples["field"] in one["formulaire"]["fields"]

    response = anonymous.post(path, request["reponses"])
    assert response.status_code == 201
    receipt, example = public(response), examples["receipt"]
    assert set(receipt) == set(example)
    assert {key: receipt[key] for key in ("etat", "suivi")} == {
        key: example[key] for key in ("etat", "suivi")
    }
    assert receipt["@id"] == example["@id"].replace(
        example["numero"], receipt["numero"]
    )

    wrong = {**request["reponses"], "danger": "non", "quantite": 3}
    refused = anonymous.post(path, wrong, key="une-autre-cle")
    assert refused.status_code == 400
    assert public(refused) == examples["refusal"]
