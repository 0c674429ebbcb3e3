"""A browser that does not close is ended with all that it started."""

import subprocess
import sys
import time

import psutil
from widget_conformance.fixtures.browsers.processes import kill, started

PARENT = "import subprocess, time; subprocess.Popen(['sleep', '60']); time.sleep(60)"


def test_a_process_is_killed_with_its_children_and_no_other() -> None:
    other = subprocess.Popen(["sleep", "60"])
    with started() as found:
        one = subprocess.Popen([sys.executable, "-c", PARENT])
        end = time.monotonic() + 30
        while not psutil.Process(one.pid).children() and time.monotonic() < end:
            time.sleep(0.01)
    everything = [psutil.Process(one.pid), *psutil.Process(one.pid).children()]
    assert {process.pid for process in found} == {process.pid for process in everything}
    kill(found)
    one.wait(10)
    assert psutil.wait_procs(everything[1:], 10)[1] == []
    assert other.poll() is None
    kill(found)  # once more: nothing is left, and nothing is said
    other.kill()
    other.wait()
