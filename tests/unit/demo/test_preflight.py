"""What must hold before the demonstration starts anything."""

from carouge.guichet.demo.preflight import check_ports
from carouge.guichet.demo.preflight import DemoError
from carouge.guichet.demo.preflight import exclusive
from carouge.guichet.demo.settings import MAIL_PORT
from carouge.guichet.demo.settings import Settings
from carouge.guichet.demo.settings import SITE_PORT

import os
import pytest
import socket


def settings(tmp_path, site: int, mail: int) -> Settings:
    return Settings(ports={SITE_PORT: site, MAIL_PORT: mail}, var=tmp_path, threads=2)


@pytest.fixture
def unused_ports():
    with socket.socket() as one, socket.socket() as other:
        one.bind(("127.0.0.1", 0))
        other.bind(("127.0.0.1", 0))
        numbers = one.getsockname()[1], other.getsockname()[1]
    return numbers


@pytest.fixture(params=["127.0.0.1", "0.0.0.0", "::1"])
def taken(request):
    family = socket.AF_INET6 if ":" in request.param else socket.AF_INET
    with socket.socket(family) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((request.param, 0))
        except OSError:
            pytest.skip("no IPv6 on this machine")
        listener.listen()
        yield listener.getsockname()[1]


def test_free_ports_stay_free(tmp_path, unused_ports):
    check_ports(settings(tmp_path, *unused_ports))
    check_ports(settings(tmp_path, *unused_ports))


def test_taken_port_is_one_clear_line(tmp_path, unused_ports, taken):
    with pytest.raises(DemoError) as error:
        check_ports(settings(tmp_path, unused_ports[0], taken))
    assert str(error.value) == (
        f"Le port {taken} (les pages de la boîte aux lettres) est déjà utilisé : "
        "arrêtez le programme qui l’occupe ou choisissez un autre port avec "
        "GUICHET_MAIL_PORT."
    )


def test_folder_is_held_by_one(tmp_path):
    var = tmp_path / "var" / "demo"
    with exclusive(var):
        assert (var / "demo.pid").read_text() == f"{os.getpid()}\n"
        with pytest.raises(DemoError) as error, exclusive(var):
            pass
        assert f"(processus {os.getpid()})" in str(error.value)
        assert "GUICHET_VAR" in str(error.value)
    assert not (var / "demo.pid").exists()
    with exclusive(var):
        pass


def test_file_left_by_a_killed_process_does_not_matter(tmp_path):
    (tmp_path / "demo.pid").write_text("99999999\n")
    with exclusive(tmp_path):
        assert (tmp_path / "demo.pid").read_text() == f"{os.getpid()}\n"


def test_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(DemoError) as error, exclusive(tmp_path / "file" / "demo"):
        pass
    assert "ne peut pas être écrit" in str(error.value)
