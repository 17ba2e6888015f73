"""Old callbacks: of properties that are events today, and of timers, which are taken back."""

from collections.abc import Callable
from inspect import unwrap
from typing import Any

from bokeh.document import Document
from bokeh.model import Model
from bokeh.models import ColumnDataSource
from bokeh.models.widgets import Button, Dropdown

Warn = Callable[[str, str], None]


class Item(str):
    """The value of a menu's item, which handlers got; later ones ask what they get for ``item``."""

    __slots__ = ()

    @property
    def item(self) -> str:
        """The value."""
        return str(self)


def on_change(model: Model, warn: Warn, attr: str, *callbacks: Any) -> None:
    """Tell callbacks of changes, those of properties that are no more among them."""
    if isinstance(model, ColumnDataSource) and attr == "selected":
        warn("on_change('selected')", "source.selected.on_change('indices')")
        _on_selection(model, callbacks)
    elif isinstance(model, Dropdown) and attr == "value":
        warn("on_change('value') of a Dropdown", "on_click(callback) and event.item")
        _on_event(model, "menu_item_click", attr, None, lambda old, event: event.item, callbacks)
    elif isinstance(model, Button) and attr == "clicks":
        warn("on_change('clicks')", "on_click(callback)")
        _on_event(model, "button_click", attr, 0, lambda old, event: old + 1, callbacks)
    else:
        model.on_change(attr, *callbacks)


def on_item(dropdown: Dropdown, warn: Warn, handler: Callable[[str], Any]) -> None:
    """Give a handler the value of each item that is clicked; it gets an event today."""
    warn("on_click of a Dropdown", "on_click(handler) and event.item")
    dropdown.on_event("menu_item_click", lambda event: handler(Item(event.item)))


def on_active(group: Model, warn: Warn, handler: Callable[[Any], object]) -> None:
    """Give a handler what is active in a group, whenever that changes."""
    warn("on_click", "on_change('active', callback)")

    def tell(attr: str, old: Any, new: Any) -> None:
        handler(new)

    group.on_change("active", tell)


def remove(document: Document, remove_todays: Callable[[Any], None], callback: Any) -> None:
    """Remove a callback that is given as it was added, or as today by what adding it returned."""

    def is_meant(function: Any) -> bool:
        return bool(function == callback)  # methods are equal, never the same

    known = document.session_callbacks
    found = (item for item in known if is_meant(unwrap(item.callback, stop=is_meant)))
    remove_todays(next(found, callback))


def _on_selection(source: ColumnDataSource, callbacks: tuple[Any, ...]) -> None:
    def tell(attr: str, old: list[int], new: list[int]) -> None:
        for callback in callbacks:
            callback("selected", _selection(old), _selection(new))

    source.selected.on_change("indices", tell)


def _selection(indices: list[int]) -> dict[str, Any]:
    """Return a selection in the form of 2015."""
    return {
        "0d": {"glyph": None, "indices": []},
        "1d": {"indices": list(indices)},
        "2d": {"indices": {}},
    }


def _on_event(
    model: Model,
    name: str,
    attr: str,
    value: Any,
    after: Callable[[Any, Any], Any],
    callbacks: tuple[Any, ...],
) -> None:
    """Tell callbacks of a property that is no more.

    Args:
        model: whose property it was.
        name: of the event at which it changed.
        attr: the property.
        value: its first value.
        after: returns its next one, given the last and the event.
        callbacks: what is told.
    """

    def tell(event: Any) -> None:
        nonlocal value
        old, value = value, after(value, event)
        for callback in callbacks:
            callback(attr, old, value)

    model.on_event(name, tell)
