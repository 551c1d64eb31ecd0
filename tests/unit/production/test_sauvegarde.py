"""``bin/sauvegarder`` and ``bin/restaurer``, with stand-ins for PostgreSQL's programs."""

from modeles_production import MODELES
from modeles_production import profile
from modeles_production import resolved

import os
import pytest
import stat
import subprocess
import tarfile
import threading
import time


PROOF = "Subject: x\nX-Guichet-Preuve: 17\n\ntext\n"

PG_DUMP = """\
#!/bin/sh
echo "$@" >"{folder}/said"
[ ! -e "{folder}/slow" ] || read -r go <"{folder}/slow"
for word in "$@"; do
    case "$word" in --file=*) echo dump >"${word#--file=}" ;; esac
done
exit $(cat "{folder}/code" 2>/dev/null || echo 0)
"""
PSQL = """\
#!/bin/sh
for word in "$@"; do
    case "$word" in
    *pg_tables*) cat "{folder}/tables" 2>/dev/null || echo 0 ;;
    *current_database*) echo guichet ;;
    *current_user*) echo chef ;;
    esac
done
"""
PG_RESTORE = """\
#!/bin/sh
echo restored >>"{folder}/restored"
exit $(cat "{folder}/code" 2>/dev/null || echo 0)
"""


class Machine:
    """The scripts as buildout writes them, and what they work on."""

    def __init__(self, folder, **reglages):
        self.folder = folder
        self.bin = folder / "bin"
        self.var = folder / "var"
        self.fichiers = self.var / "fichiers"
        self.sauvegardes = self.var / "sauvegardes"
        self.mails = self.var / "zope" / "guichet-courriels"
        self.sms = folder / "elsewhere" / "sms"
        self.pg = folder / "pg"
        self.secrets = folder / "secrets"
        self.secrets.write_text("GUICHET_BASE='dbname=guichet'\nPGPASSWORD='a b'\n")
        for path in (self.bin, self.fichiers, self.pg):
            path.mkdir(parents=True, exist_ok=True)
        for name, text in (
            ("pg_dump", PG_DUMP),
            ("psql", PSQL),
            ("pg_restore", PG_RESTORE),
        ):
            program = self.pg / name
            program.write_text(text.replace("{folder}", str(self.pg)))
            program.chmod(0o755)
        parser = profile()
        parser["buildout"]["bin-directory"] = str(self.bin)
        parser["reglages"].update(
            {
                "var": str(self.var),
                "secrets": str(self.secrets),
                "sms": str(self.sms),
                "pg-bin": str(self.pg),
                **reglages,
            }
        )
        for name in ("reglages", "sauvegarder", "restaurer"):
            script = self.bin / name
            template = (MODELES / f"{name}.in").read_text("utf-8")
            script.write_text(resolved(parser, template, ""))
            script.chmod(0o755)

    def __call__(self, name, *words):
        return subprocess.run(
            [self.bin / name, *words],
            capture_output=True,
            text=True,
            check=False,
            env={"PATH": os.environ["PATH"]},
            timeout=60,
        )

    def message(self, queue, name, text="Subject: x\n\ntext\n"):
        path = queue / "carouge" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        os.utime(path, (0, 0))
        return path

    def backups(self):
        return sorted(
            path.name
            for path in self.sauvegardes.glob("*")
            if path.name.startswith("2") or path.name.startswith(".2")
        )

    def save(self, *words):
        done = self("sauvegarder", *words)
        assert done.returncode == 0, done.stderr
        return self.sauvegardes / done.stdout.strip()


@pytest.fixture
def machine(tmp_path):
    return Machine(tmp_path)


@pytest.fixture
def shared(tmp_path):
    return Machine(tmp_path, **{"fichiers-partages": "true"})


def names(path):
    with tarfile.open(path) as archive:
        return sorted(one.name for one in archive if one.isfile())


# --- saving -------------------------------------------------------------------------


def test_a_backup_holds_the_database_and_what_waits(machine):
    machine.message(machine.mails, "new/1")
    machine.message(machine.sms, "tmp/2")
    folder = machine.save()
    assert machine.backups() == [folder.name]
    assert sorted(path.name for path in folder.iterdir()) == [
        "SOMMES",
        "base.dump",
        "courriels.tar.gz",
        "sms.tar.gz",
    ]
    assert names(folder / "courriels.tar.gz") == ["./carouge/new/1"]
    assert names(folder / "sms.tar.gz") == ["./carouge/tmp/2"]
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_no_password_is_in_the_list_of_processes(machine):
    machine.save()
    assert "a b" not in (machine.pg / "said").read_text()
    assert "--dbname=dbname=guichet " in (machine.pg / "said").read_text()


def test_another_machine_saves_its_messages_only(machine):
    machine.message(machine.mails, "new/1")
    folder = machine.save("--messages")
    assert sorted(path.name for path in folder.iterdir()) == [
        "SOMMES",
        "courriels.tar.gz",
        "sms.tar.gz",
    ]
    assert not (machine.pg / "said").exists()


def test_it_needs_the_address_of_the_database(machine):
    machine.secrets.write_text("PGPASSWORD='x'\n")
    for name, words in (("sauvegarder", []), ("restaurer", ["/x"])):
        done = machine(name, *words)
        assert done.returncode == 78
        assert done.stderr.startswith("guichet : GUICHET_BASE manque")
        assert done.stderr.count("\n") == 1


def test_a_word_it_does_not_know(machine):
    assert machine("sauvegarder", "--tout").returncode == 2
    assert machine.backups() == []


def test_a_dump_that_fails_leaves_nothing(machine):
    (machine.pg / "code").write_text("3")
    assert machine("sauvegarder").returncode == 3
    assert machine.backups() == []


def test_a_file_that_grows_meanwhile_breaks_nothing_off(shared):
    (shared.fichiers / "whole").write_text("all of it")
    growing = shared.fichiers / "growing"
    growing.write_bytes(b"x" * 20_000_000)
    end = threading.Event()

    def grow():
        with growing.open("ab") as file:
            while not end.is_set():
                file.write(b"x" * 1000)
                file.flush()
                time.sleep(0.0005)

    writer = threading.Thread(target=grow)
    writer.start()
    try:
        done = shared("sauvegarder")
    finally:
        end.set()
        writer.join()
    assert done.returncode == 0, done.stderr
    assert "file changed as we read it" in done.stderr
    [name] = shared.backups()
    archive = shared.sauvegardes / name / "fichiers.tar"
    assert names(archive) == ["./growing", "./whole"]


@pytest.mark.skipif(os.getuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_a_fault(shared):
    closed = shared.fichiers / "closed"
    closed.write_text("x")
    closed.chmod(0)
    assert shared("sauvegarder").returncode == 2
    assert shared.backups() == []


def test_what_a_killed_backup_left_is_taken_away(machine):
    left = machine.sauvegardes / ".2026-11-22-023000"
    left.mkdir(parents=True)
    (left / "base.dump").write_text("half")
    folder = machine.save()
    assert machine.backups() == [folder.name]


def test_one_at_a_time_and_one_that_is_ended_leaves_nothing(machine):
    os.mkfifo(machine.pg / "slow")
    first = subprocess.Popen(
        [machine.bin / "sauvegarder"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    # Opens once pg_dump has opened it: the first one is in the middle of it.
    with (machine.pg / "slow").open("w") as go:
        second = machine("sauvegarder")
        assert second.returncode == 1
        assert "une sauvegarde est déjà en cours" in second.stderr
        [working] = machine.backups()
        assert working.startswith(".20")
        first.terminate()
        go.write("go\n")
    assert first.wait(30) == 1
    first.communicate()
    assert machine.backups() == []


# --- putting back -------------------------------------------------------------------


def test_what_waited_waits_again_unless_the_database_has_to_be_asked(machine):
    machine.message(machine.mails, "new/1")
    machine.message(machine.mails, "new/2", PROOF)
    machine.message(machine.sms, "new/3", '{"preuve": "17"}')
    folder = machine.save()
    for queue in (machine.mails, machine.sms):
        subprocess.run(["rm", "-r", queue], check=True)
    (machine.fichiers / "copy").write_text("of another database")
    done = machine("restaurer", str(folder))
    assert done.returncode == 0, done.stderr
    assert (machine.pg / "restored").exists()
    assert list(machine.fichiers.iterdir()) == []
    found = {
        str(path.relative_to(queue)): time.time() - path.stat().st_mtime
        for queue in (machine.mails, machine.sms)
        for path in queue.rglob("*")
        if path.is_file()
    }
    assert sorted(found) == ["carouge/new/1", "carouge/tmp/2", "carouge/tmp/3"]
    # Old enough for the tasks to take them up, too young to be swept away.
    assert all(290 < age < 600 for age in found.values())


def test_another_machine_gets_its_messages_back_only(machine):
    machine.message(machine.mails, "new/1")
    folder = machine.save("--messages")
    (machine.mails / "carouge" / "new" / "1").unlink()
    (machine.fichiers / "copy").write_text("x")
    assert machine("restaurer", str(folder)).returncode == 0
    assert (machine.mails / "carouge" / "new" / "1").exists()
    assert (machine.fichiers / "copy").exists()
    assert not (machine.pg / "restored").exists()


def test_files_come_back_after_the_database(shared):
    (shared.fichiers / "only").write_text("copy")
    folder = shared.save()
    (shared.fichiers / "only").unlink()
    (shared.pg / "code").write_text("1")
    refused = shared("restaurer", str(folder))
    assert refused.returncode == 1
    assert "drop database guichet" in refused.stderr
    assert "create database guichet owner chef encoding UTF8" in refused.stderr
    assert list(shared.fichiers.iterdir()) == []
    (shared.pg / "code").unlink()
    assert shared("restaurer", str(folder)).returncode == 0
    assert (shared.fichiers / "only").read_text() == "copy"


@pytest.mark.parametrize("saved_shared", [True, False])
def test_nothing_is_emptied_when_backup_and_setting_disagree(tmp_path, saved_shared):
    settings = ("true", "false") if saved_shared else ("false", "true")
    folder = Machine(tmp_path, **{"fichiers-partages": settings[0]}).save()
    machine = Machine(tmp_path, **{"fichiers-partages": settings[1]})
    only = machine.fichiers / "only"
    only.write_text("copy")
    refused = machine("restaurer", str(folder))
    assert refused.returncode == 1
    assert "fichiers.tar" in refused.stderr
    assert "Mettez le réglage du moment de la sauvegarde." in refused.stderr
    assert only.read_text() == "copy"
    assert not (machine.pg / "restored").exists()


def test_nothing_is_put_back_over_what_is_there(shared):
    folder = shared.save()
    (shared.pg / "tables").write_text("7")
    refused = shared("restaurer", str(folder))
    assert "la base de GUICHET_BASE n'est pas vide" in refused.stderr
    (shared.pg / "tables").unlink()
    (shared.fichiers / "only").write_text("copy")
    refused = shared("restaurer", str(folder))
    assert f"le dossier {shared.fichiers} n'est pas vide" in refused.stderr
    assert not (shared.pg / "restored").exists()


def test_a_damaged_backup_is_refused(machine):
    folder = machine.save()
    (folder / "base.dump").unlink()
    refused = machine("restaurer", str(folder))
    assert refused.returncode == 1
    assert "est abîmée : rien n'a été changé" in refused.stderr
    assert not (machine.pg / "restored").exists()
