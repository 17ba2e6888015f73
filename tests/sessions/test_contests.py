"""Which writes count as crossed, and who is told when."""

from hybridviz.sessions.contests import PRUNE_AT, QUIET, WINDOW, Contests

KEY = ("1", "value")
ONE, TWO = object(), object()


def test_single_writer_is_never_told() -> None:
    contests = Contests()
    for time in (0.0, 0.1, 0.2):
        contests.wrote(KEY, ONE, time)
    assert contests.next_due is None


def test_viewers_who_wrote_at_once_are_both_told_after_a_rest() -> None:
    contests = Contests()
    contests.wrote(KEY, ONE, 0.0)
    contests.wrote(KEY, TWO, 1.0)
    assert contests.next_due == 1.0 + QUIET
    assert not contests.take_due(1.0)
    assert set(contests.take_due(1.0 + QUIET)) == {(ONE, KEY), (TWO, KEY)}
    assert contests.next_due is None


def test_only_the_viewer_is_told_of_a_contest_with_the_app() -> None:
    contests = Contests()
    contests.wrote(KEY, ONE, 0.0)
    contests.wrote(KEY, None, 0.1)
    assert contests.take_due(1.0) == [(ONE, KEY)]


def test_each_write_puts_the_telling_off() -> None:
    contests = Contests()
    for index in range(10):
        contests.wrote(KEY, ONE, index / 10)
        contests.wrote(KEY, None, index / 10)
    assert contests.next_due == 0.9 + QUIET


def test_writes_far_apart_do_not_cross() -> None:
    contests = Contests()
    contests.wrote(KEY, ONE, 0.0)
    contests.wrote(KEY, TWO, WINDOW + 0.1)
    assert contests.next_due is None


def test_write_that_crosses_the_telling_is_told_again() -> None:
    contests = Contests()
    contests.wrote(KEY, ONE, 0.0)
    contests.wrote(KEY, None, 0.0)
    assert contests.take_due(1.0) == [(ONE, KEY)]
    contests.wrote(KEY, ONE, 1.1)
    assert contests.take_due(2.0) == [(ONE, KEY)]


def test_viewer_who_has_gone_is_forgotten() -> None:
    contests = Contests()
    contests.wrote(KEY, ONE, 0.0)
    contests.wrote(KEY, TWO, 0.0)
    contests.forget(ONE)
    assert contests.take_due(1.0) == [(TWO, KEY)]


def test_old_writes_are_pruned() -> None:
    contests = Contests()
    for index in range(3 * PRUNE_AT):
        contests.wrote((str(index), "value"), ONE, float(index))
    assert len(contests._writes) <= PRUNE_AT
