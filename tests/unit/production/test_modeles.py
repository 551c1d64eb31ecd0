"""What the profile of production makes of its templates."""

from modeles_production import MODELES
from modeles_production import PAGE
from modeles_production import profile
from modeles_production import rendered
from modeles_production import resolved
from modeles_production import ROOT
from pathlib import Path

import pytest
import shutil
import subprocess


NAMES = sorted(str(path.relative_to(MODELES)) for path in MODELES.rglob("*.in"))


@pytest.mark.parametrize("name", NAMES)
def test_every_reference_leads_somewhere(name):
    assert "${" not in rendered(name)


def test_every_template_is_written_by_a_part():
    parser = profile()
    parser["buildout"]["directory"] = str(ROOT)
    parts = parser["buildout"]["parts"].split()
    written = {
        Path(resolved(parser, parser[part]["input"], part)).resolve()
        for part in parts
        if "input" in parser[part]
    }
    assert written == {PAGE, *(MODELES / name for name in NAMES)}


@pytest.mark.parametrize("name", ["reglages", "sauvegarder", "restaurer", "compacter"])
def test_the_scripts_are_sound(name, tmp_path):
    script = tmp_path / name
    script.write_text(rendered(f"{name}.in"))
    subprocess.run(["sh", "-n", script], check=True)


def run_reglages(tmp_path, secrets: str | None, *command: str):
    file = tmp_path / "secrets"
    if secrets is not None:
        file.write_text(secrets)
    script = tmp_path / "reglages"
    script.write_text(
        rendered("reglages.in", secrets=str(file), site="/carouge", var=str(tmp_path))
    )
    return subprocess.run(
        ["sh", script, *command], capture_output=True, text=True, check=False, env={}
    )


def test_a_command_runs_with_settings_and_secrets(tmp_path):
    secrets = "GUICHET_BASE='dbname=guichet'\nPGPASSWORD='a$b c'\n"
    done = run_reglages(tmp_path, secrets, "env")
    variables = dict(line.split("=", 1) for line in done.stdout.splitlines())
    assert variables["GUICHET_BASE"] == "dbname=guichet"
    assert variables["PGPASSWORD"] == "a$b c"
    assert variables["GUICHET_COURRIELS"] == f"{tmp_path}/zope/guichet-courriels"
    assert variables["GUICHET_SMS"] == f"{tmp_path}/zope/guichet-sms"
    assert variables["GUICHET_SITE"] == "/carouge"
    assert variables["GUICHET_ZOPE_CONF"] == (
        "/srv/guichet/parts/instance1/etc/zope.conf"
    )
    assert variables["GUICHET_SERVEUR"] == "https://guichet.example.ch"
    assert variables["GUICHET_RACINE"] == "/carouge"
    assert variables["GUICHET_EXIGE"] == "GUICHET_BASE GUICHET_OIDC_SECRET"
    assert variables["GUICHET_DOSSIER"] == str(tmp_path)
    assert variables["TZ"] == "Europe/Zurich"


def test_without_the_file_of_secrets_nothing_runs(tmp_path):
    done = run_reglages(tmp_path, None, "echo", "never")
    assert (done.returncode, done.stdout) == (78, "")
    assert done.stderr.count("\n") == 1
    assert f"le fichier {tmp_path}/secrets manque" in done.stderr


def test_without_a_database_nothing_runs(tmp_path):
    done = run_reglages(tmp_path, "GUICHET_OIDC_SECRET='x'\n", "echo", "never")
    assert (done.returncode, done.stdout) == (78, "")
    assert done.stderr == (
        f"guichet : GUICHET_BASE manque dans {tmp_path}/secrets "
        "(docs/exploitation.md, « Les secrets »).\n"
    )


def test_no_secret_is_in_the_profile():
    text = (MODELES.parent / "profiles" / "production.cfg").read_text("utf-8")
    assert "password=" not in text
    assert "admin:" not in text
    assert "dsn $(GUICHET_BASE)" in text


def test_systemd_lets_a_process_finish_its_pages():
    unit = rendered("systemd/guichet-zope@.service.in", utilisateur="plone")
    lines = unit.splitlines()
    assert "User=plone" in lines
    assert "KillSignal=SIGINT" in lines
    assert "Restart=always" in lines
    assert "RestartPreventExitStatus=78" in lines
    assert (
        "ExecStart=/srv/guichet/bin/reglages /srv/guichet/bin/instance%i console"
        in lines
    )


@pytest.mark.parametrize("unit", ["guichet-zope@", "guichet-taches"])
def test_files_and_messages_may_lie_elsewhere(unit):
    text = rendered(
        f"systemd/{unit}.service.in",
        var="/srv/var",
        fichiers="/mnt/fichiers",
        courriels="/mnt/courriels",
    )
    assert (
        "ReadWritePaths=/srv/var -/mnt/fichiers -/mnt/courriels "
        "-/srv/var/zope/guichet-sms" in text.splitlines()
    )


def test_who_did_what_is_kept_for_a_time_of_its_own():
    text = rendered("logrotate.in", **{"jours-de-journal-des-actes": "500"})
    logs, acts = (block.split("{")[1] for block in text.split("\n}\n")[:2])
    assert "rotate 30\n" in logs
    assert "maxage" not in logs
    assert "rotate 500\n" in acts
    assert "maxage 500\n" in acts


@pytest.mark.skipif(not shutil.which("logrotate"), reason="no logrotate here")
def test_logrotate_reads_it(tmp_path):
    configuration = tmp_path / "guichet"
    configuration.write_text(
        rendered("logrotate.in", var=str(tmp_path), utilisateur="root")
    )
    configuration.chmod(0o644)
    done = subprocess.run(
        ["logrotate", "--debug", configuration],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "error" not in done.stderr


def test_the_tasks_come_round_by_systemd_or_by_cron():
    timer = rendered("systemd/guichet-taches.timer.in").splitlines()
    assert "OnCalendar=*:0/5" in timer
    [line] = [line for line in rendered("cron.in").splitlines() if "taches" in line]
    assert line.startswith("*/5 * * * * guichet /srv/guichet/bin/reglages ")
