"""The memory of pages whose websockets have not come yet."""

from hybridviz.sessions import Request
from hybridviz.web import visits
from hybridviz.web.visits import Visits


def test_visit_is_taken_once() -> None:
    kept, request = Visits(), Request(path="/app")
    kept.keep("a", request)
    assert kept.take("a") is request
    assert kept.take("a") is None


def test_oldest_visits_are_dropped() -> None:
    kept = Visits()
    for number in range(visits.LIMIT + 10):
        kept.keep(str(number), Request())
    assert len(kept) == visits.LIMIT
    assert kept.take("9") is None and kept.take("10") is not None
