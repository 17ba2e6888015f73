"""One ``sys.argv`` for the process and all running apps."""

import pickle

from hybridviz.appload.argv import Argv
from hybridviz.appload.running import Running, running


def test_outside_of_apps_it_is_that_of_the_process() -> None:
    own = ["prog", "a"]
    argv = Argv(own)
    argv.append("b")
    assert own == ["prog", "a", "b"] == argv
    assert argv + ["c"] == ["prog", "a", "b", "c"]
    assert ["python"] + argv == ["python", "prog", "a", "b"]
    assert argv[1:] == ["a", "b"]
    assert argv != ["prog"]
    assert repr(argv) == "['prog', 'a', 'b']"
    assert pickle.loads(pickle.dumps(argv)) == own == argv.copy()


def test_inside_it_is_that_of_the_app() -> None:
    own = ["prog"]
    argv = Argv(own)
    token = running.set(Running("/x", ["x.py", "1", "2"]))
    try:
        assert argv == ["x.py", "1", "2"]
        del argv[1]
        argv[0] = "y.py"
        argv.insert(1, "0")
        assert list(argv) == ["y.py", "0", "2"]
    finally:
        running.reset(token)
    assert argv == own == ["prog"]
