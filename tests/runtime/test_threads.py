"""Threads, as far as they differ from other runtimes; tests/contracts has the rest."""

import subprocess
import sys

AT_EXIT = """
import atexit
from hybridviz.runtime.threads import ThreadRuntime
runtime = ThreadRuntime()
atexit.register(lambda: print(runtime.spawn(print, "done").join(5)))
"""


def test_what_is_spawned_while_python_ends_is_done() -> None:
    """Python 3.12 starts no threads then."""
    done = subprocess.run([sys.executable, "-c", AT_EXIT], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("done\nTrue\n", "")
