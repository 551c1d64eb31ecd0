"""A child process of the demonstration: no process is left behind."""

from carouge.guichet.demo.process import end_all
from carouge.guichet.demo.process import Process
from carouge.guichet.demo.process import TAIL_LINES

import os
import pytest
import signal
import sys
import time


SLEEP = "import time; print('ready', flush=True); time.sleep(60)"
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + SLEEP
PARENT = (
    "import subprocess, sys; "
    f"child = subprocess.Popen([sys.executable, '-c', {STUBBORN!r}]); "
    "print(child.pid, flush=True); child.wait()"
)
POLITE = (
    "import time\n"
    "try:\n"
    "    print('ready', flush=True)\n"
    "    time.sleep(60)\n"
    "except KeyboardInterrupt:\n"
    "    print('closed')\n"
)


@pytest.fixture
def start(tmp_path):
    processes = []

    def start(code: str, **options) -> Process:
        process = Process(
            "essai",
            [sys.executable, "-c", code],
            log=tmp_path / "essai.log",
            environ=os.environ,
            **options,
        )
        processes.append(process)
        return process

    yield start
    end_all(processes, grace=0)


def wait_until(condition, seconds=10.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # An ended process stays in the table until its parent has asked for it.
    with open(f"/proc/{pid}/stat") as stat:
        return stat.read().rpartition(")")[2].split()[0] != "Z"


def test_output_goes_to_the_log(start):
    process = start("import sys; print('un'); print('deux', file=sys.stderr)")
    assert process.wait(10)
    assert process.exit_code == 0
    assert sorted(process.tail().splitlines()) == ["deux", "un"]


def test_tail_is_the_end(start):
    process = start("for n in range(1000): print(n)")
    process.wait(10)
    assert process.tail().splitlines() == [
        str(n) for n in range(1000 - TAIL_LINES, 1000)
    ]


def test_log_of_the_start_before_is_kept(start, tmp_path):
    start("print('premier')").wait(10)
    start("print('second')").wait(10)
    assert (tmp_path / "essai.log").read_text() == "second\n"
    assert (tmp_path / "essai.old.log").read_text() == "premier\n"


def test_ends_on_request(start):
    process = start(SLEEP)
    assert process.exit_code is None
    end_all([process])
    assert process.exit_code == -signal.SIGTERM


def test_ends_well_on_its_own_signal(start):
    process = start(POLITE, stop_signal=signal.SIGINT)
    wait_until(process.tail)
    end_all([process])
    assert process.exit_code == 0
    assert process.tail() == "ready\nclosed"


def test_interrupt_works_where_the_shell_ignores_it(start):
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        process = start(POLITE, stop_signal=signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, before)
    wait_until(process.tail)
    end_all([process])
    assert process.exit_code == 0


def test_killed_when_it_does_not_end(start):
    process = start(STUBBORN)
    wait_until(process.tail)
    end_all([process], grace=0.3)
    assert process.exit_code == -signal.SIGKILL


def test_what_it_started_ends_with_it(start):
    process = start(PARENT)
    wait_until(lambda: "ready" in process.tail())
    child = int(process.tail().split()[0])
    assert is_alive(child)
    end_all([process])
    wait_until(lambda: not is_alive(child))


def test_ending_twice_does_no_harm(start):
    process = start("pass")
    process.wait(10)
    end_all([process])
    end_all([process])
    assert process.exit_code == 0
