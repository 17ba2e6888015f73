"""What clients of Bokeh 0.11 hear of what they change in a session of an app."""

from typing import Any

from bokeh.models import Column, ColumnDataSource, Div, Slider

from hybridviz.legacy_rest.app_room import AppRoom
from hybridviz.legacy_rest.translation.backward import selection
from hybridviz.runtime.manual import ManualRuntime
from hybridviz.sessions import Session
from tests.legacy_rest.conftest import ref
from tests.legacy_rest.test_dialect import changed
from tests.legacy_rest.test_rooms import Ear

Told = tuple[list[Any], list[Any]]


class App:
    """A session of an app, with two old clients.

    Args:
        roots: what it shows.
    """

    def __init__(self, *roots: Any) -> None:
        self.session = Session("app", "/app", ManualRuntime())
        self.session.build(lambda session: [*map(session.document.add_root, roots)])
        self.room = AppRoom(self.session, lambda session: None)
        self.sender, self.other = Ear(), Ear()
        for client in (self.sender, self.other):
            self.room.enter(client)
        self.room.pull()

    def write(self, model: Any, attr: str, value: Any) -> Told:
        """Have the first client change a model; return what it and the other are told of that."""
        self.room.patch(changed(model.id, attr, value), self.sender)
        return self.sender.values(attr), self.other.values(attr)


def test_who_changes_an_app_hears_what_the_app_has_made_of_it() -> None:
    slider = Slider(start=0, end=10, value=1)
    slider.on_change("value", lambda attr, old, new: setattr(slider, "value", round(new)))
    sender, other = App(slider).write(slider, "value", 3.7)
    assert set(sender) == set(other) == {4}


def test_who_has_heard_of_a_correction_hears_what_follows() -> None:
    slider = Slider(start=0, end=10, value=1)

    def there_and_back(attr: str, old: Any, new: Any) -> None:
        slider.remove_on_change("value", there_and_back)
        slider.value = 9
        slider.value = 3

    slider.on_change("value", there_and_back)
    sender, _ = App(slider).write(slider, "value", 3)
    assert (sender[0], sender[-1]) == (9, 3)


def test_who_changes_an_app_does_not_hear_that_again() -> None:
    first, second = Slider(start=0, end=10, value=1), Div(text="")
    source = ColumnDataSource({"x": [1, 2, 3]}, name="source")
    app = App(box := Column(first, second), Column(tags=[source]))
    assert app.write(first, "value", 5) == ([], [5])
    assert app.write(source, "data", {"x": [4, 5, 6]}) == ([], [{"x": [4, 5, 6]}])
    rows = {"0d": {"flag": False, "indices": []}, "1d": {"indices": [1]}, "2d": {}}
    assert app.write(source, "selected", rows) == ([], [selection([1])])
    children = [ref("Paragraph", second.id) | {"subtype": "Own"}, ref("Slider", first.id)]
    sender, other = app.write(box, "children", children)
    assert (sender, len(other)) == ([], 1)
    assert box.children == [second, first]
