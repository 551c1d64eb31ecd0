"""A real Plone as the client, and npm's oidc-provider as somebody else's provider."""

from carouge.guichet.demo.personas import PERSONAS
from carouge.guichet.demo.personas import SMS_CODE
from carouge.guichet.demo.settings import CLIENT_ID
from carouge.guichet.demo.settings import PASSWORD
from carouge.guichet.testing import DEMO_FUNCTIONAL_TESTING
from pathlib import Path
from plone import api
from provider import free_port
from pytest_plone import fixtures_factory

import json
import os
import pytest
import requests
import shutil
import subprocess
import time
import transaction


globals().update(fixtures_factory(((DEMO_FUNCTIONAL_TESTING, "functional"),)))

HERE = Path(__file__).parent
# Kept between two runs: installing takes longer than the tests.
FOLDER = HERE.parents[2] / "var" / "oidc-provider"
SECRET = "secret-of-the-conformance-tests"
IDENTITY = "carouge.guichet.identity"


@pytest.fixture(scope="session")
def installed() -> Path:
    """The folder with npm's provider; the tests are skipped without node or npm."""
    missing = [name for name in ("node", "npm") if shutil.which(name) is None]
    if missing:
        pytest.skip(f"the second opinion needs {' and '.join(missing)}, not installed")
    FOLDER.mkdir(parents=True, exist_ok=True)
    lock = (HERE / "package-lock.json").read_text()
    done = FOLDER / "node_modules" / "installed"
    if not (done.exists() and done.read_text() == lock):
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / name, FOLDER)
        command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        try:
            result = subprocess.run(
                command, cwd=FOLDER, capture_output=True, text=True, timeout=180
            )
        except subprocess.TimeoutExpired:
            pytest.skip("npm did not install oidc-provider within three minutes")
        if result.returncode:
            pytest.skip(f"npm cannot install oidc-provider: {result.stderr[-400:]}")
        done.write_text(lock)
    # Node looks for packages beside the file.
    shutil.copy(HERE / "provider.mjs", FOLDER)
    return FOLDER


class NodeProvider:
    """A running provider; ``log`` is what it printed."""

    def __init__(self, folder: Path, guichet: str) -> None:
        port = free_port()
        self.issuer = f"http://localhost:{port}"
        self.log_path = folder / "provider.log"
        settings = {
            "port": port,
            "clientId": CLIENT_ID,
            "secret": SECRET,
            "redirectUri": f"{guichet}/acl_users/edemarches/callback",
            "postLogoutRedirectUri": f"{guichet}/se-deconnecter",
            "backchannelLogoutUri": (
                f"{guichet}/acl_users/edemarches/backchannel-logout"
            ),
            "password": PASSWORD,
            "code": SMS_CODE,
            "accounts": [
                {
                    "email": persona.email,
                    "acr": persona.acr,
                    "claims": persona.claims(persona.choices[0]),
                }
                for persona in PERSONAS
            ],
        }
        with self.log_path.open("wb") as log:
            self.process = subprocess.Popen(
                ["node", "provider.mjs"],
                cwd=folder,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=os.environ | {"PROVIDER": json.dumps(settings)},
            )
        self._wait()

    @property
    def log(self) -> str:
        return self.log_path.read_text("utf-8", "replace")

    def _wait(self) -> None:
        deadline = time.monotonic() + 30
        address = f"{self.issuer}/.well-known/openid-configuration"
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                if requests.get(address, timeout=5).status_code == 200:
                    return
            except requests.RequestException:
                time.sleep(0.1)
        self.stop()
        raise AssertionError(f"oidc-provider does not start:\n{self.log}")

    def stop(self) -> None:
        self.process.kill()
        self.process.wait(10)


@pytest.fixture
def guichet(functional) -> str:
    """Address of the guichet on the layer's web server."""
    return f"http://{functional['host']}:{functional['port']}/plone/guichet"


@pytest.fixture
def node_provider(installed, functional, guichet, monkeypatch):
    """The provider, with the guichet of the layer set up as its client."""
    provider = NodeProvider(installed, guichet)
    monkeypatch.setenv("GUICHET_OIDC_SECRET", SECRET)
    for name, value in (("issuer", provider.issuer), ("client_id", CLIENT_ID)):
        api.portal.set_registry_record(f"{IDENTITY}.{name}", value)
    transaction.commit()
    yield provider
    provider.stop()
