"""HTML becomes an accessible PDF, and nothing is fetched on the way."""

from carouge.guichet.pdf import en_pdf
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler
from http.server import ThreadingHTTPServer
from lecteur_pdf import Document

import base64
import fichiers
import pytest
import subprocess
import sys
import threading


PAGE = """<!DOCTYPE html>
<html lang="{lang}"><head><meta charset="utf-8"><title>{title}</title></head>
<body>{body}</body></html>"""


def page(body="<h1>Été</h1>", title="Un titre", lang="fr"):
    return PAGE.format(body=body, title=title, lang=lang)


def test_accessible():
    body = """
    <h1>Inscription à l’école</h1>
    <h2>Les parents</h2>
    <p>Ça « coûte » 40 francs – œuvre, naïf.</p>
    <ul><li>un</li><li>deux</li></ul>
    <table><tr><th>Nom</th></tr><tr><td>Rochat</td></tr></table>
    """
    document = Document(en_pdf(page(body)))
    document.check_accessible()
    assert (document.title, document.language) == ("Un titre", "fr")
    assert "Ça « coûte » 40 francs – œuvre, naïf." in document.text
    tags = document.tags
    assert [tag for tag in tags if tag in ("H1", "H2", "P", "L", "TH", "TD")] == [
        *("H1", "H2", "P", "L", "TH", "TD")
    ]
    assert set(document.fonts()) == {"Liberation-Sans", "Liberation-Sans-Bold"}
    # The foot of each page says which document it is of.
    assert document.text.endswith("Inscription à l’école 1 / 1")


def test_other_languages():
    assert Document(en_pdf(page(lang="de"))).language == "de"


@pytest.mark.parametrize("html", ["<p>x</p>", page(title=""), page(lang="")])
def test_a_document_without_title_or_language(html):
    with pytest.raises(ValueError):
        en_pdf(html)


class Trap(BaseHTTPRequestHandler):
    asked = []

    def do_GET(self):
        self.asked.append(self.path)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(fichiers.image())

    def log_message(self, *words):
        pass


@pytest.fixture()
def trap(monkeypatch):
    monkeypatch.setattr(Trap, "asked", [])
    server = ThreadingHTTPServer(("127.0.0.1", 0), Trap)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def data_uri(content: bytes, media: str) -> str:
    return f"data:{media};base64,{base64.b64encode(content).decode()}"


def test_nothing_is_fetched(trap, tmp_path):
    secret = tmp_path / "secret.png"
    secret.write_bytes(fichiers.image())
    svg = f'<svg xmlns="http://www.w3.org/2000/svg"><image href="{trap}/svg"/></svg>'
    body = f"""
    <h1>Été</h1>
    <link rel="stylesheet" href="{trap}/style">
    <link rel="attachment" href="{secret.as_uri()}">
    <style>@import url("{trap}/import"); @font-face {{ font-family: "Autre";
      src: url("{trap}/font") }} h1 {{ background: url("{trap}/background");
      font-family: "Autre" }}</style>
    <img alt="a" src="{trap}/img"><img alt="b" src="{secret.as_uri()}">
    <img alt="c" src="//127.0.0.1/x"><img alt="d" src="relatif.png">
    <img alt="e" src="{data_uri(svg.encode(), "image/svg+xml")}">
    <object data="{trap}/object">f</object>
    """
    data = en_pdf(page(body), style=f'@import url("{trap}/css");')
    assert Trap.asked == []
    assert b"/EmbeddedFile" not in data
    assert not any(page.images for page in Document(data).reader.pages)


def test_pictures_in_the_document_itself():
    uri = data_uri(fichiers.image(), "image/png")
    document = Document(en_pdf(page(f'<h1>x</h1><img alt="Un plan" src="{uri}">')))
    document.check_accessible()
    assert document.alternatives() == ["Un plan"]
    assert [len(page.images) for page in document.reader.pages] == [1]


def test_a_style_of_its_own():
    document = Document(en_pdf(page(), style="@page { size: A5 }"))
    assert round(float(document.reader.pages[0].mediabox.width)) == 420


def test_several_at_the_same_time():
    with ThreadPoolExecutor(4) as pool:
        documents = list(pool.map(en_pdf, [page(f"<h1>n{n}</h1>") for n in range(8)]))
    assert [Document(data).text.split()[0] for data in documents] == [
        f"n{n}" for n in range(8)
    ]


def test_it_costs_nothing_at_the_start():
    code = (
        "import sys; import carouge.guichet.pdf; import carouge.guichet.formulaire.bordereau;"
        "print({'weasyprint', 'qrcode'} & set(sys.modules))"
    )
    path = f"import sys; sys.path[:] = {sys.path!r}; "
    done = subprocess.run(
        [sys.executable, "-c", path + code], capture_output=True, text=True
    )
    assert done.stdout.strip() == "set()", done.stderr
