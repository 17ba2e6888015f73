"""A page: a tab, and all that people do with it.

Each gesture sends what BokehJS would send, through the real protocol; the callbacks that it causes
have run when it returns, and what they have raised is raised. Time does not pass.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bokeh.events import ButtonClick, Event, MenuItemClick, Tap
from bokeh.model import Model
from bokeh.models import ColumnarDataSource, Tabs
from bokeh.models.widgets.buttons import AbstractButton, Dropdown, Toggle
from bokeh.models.widgets.groups import AbstractGroup
from bokeh.models.widgets.inputs import ToggleInput

from hybridviz.core.patch import property_of
from hybridviz.errors import ModelNotFound
from hybridviz.testing.changes import Changes
from hybridviz.testing.tab import Tab

What = str | type[Model] | Model
"""A model by its name, by its type if there is but one, or itself; see `Tab.find`."""


class Page(Tab):
    """One live document, and its user. All gestures return what the browser has received."""

    def set(self, what: What, **values: Any) -> Changes:
        """Set properties of a model as the browser does, all in one message.

        Raises:
            ModelNotFound: there is no such model.
            PatchError: it has no such property.
            ValueError: a property cannot have that value.
        """
        return self.act(_set, self.find(what), values)

    def slide(self, what: What, value: Any) -> Changes:
        """Drag a slider to a value and let go."""
        model = self.find(what)
        self.set(model, value=value)
        return self.set(model, value_throttled=value)

    def fill(self, what: What, text: str) -> Changes:
        """Fill in a text input and press Enter."""
        model = self.find(what)
        changes = self.set(model, value_input=text)
        changes += self.set(model, value=text)
        return changes

    def click(self, what: What, item: Any = None) -> Changes:
        """Click a button, a toggle, a switch, a checkbox or a tab.

        Args:
            what: the widget.
            item: of a group or of tabs: the index of the one that is clicked; of a menu: the item's
                value.

        Raises:
            ModelNotFound: there is no such widget, it cannot be clicked, or the item is missing.
        """
        model = self.find(what)
        match model:
            case Dropdown() if item is not None:
                return self.send(MenuItemClick(model, item))
            case Dropdown() if not model.split:
                raise ModelNotFound(f"which item of {model}? click(..., item=VALUE) names it")
            case Toggle():
                return self.act(self._click_toggle, model)
            case AbstractButton():
                return self.send(ButtonClick(model))
            case ToggleInput():
                return self.set(model, active=not model.active)
            case AbstractGroup() | Tabs():
                return self._click_item(model, item)
        raise ModelNotFound(f"{model} is nothing to be clicked; send(...) sends any event")

    def _click_toggle(self, model: Toggle) -> None:
        _set(model, {"active": not model.active})
        self.send_event(ButtonClick(model))

    def _click_item(self, model: Any, item: Any) -> Changes:
        count = len(model.tabs if isinstance(model, Tabs) else model.labels)
        if not isinstance(item, int) or not 0 <= item < count:
            raise ModelNotFound(f"{model} has items 0 to {count - 1}: click(..., item=INDEX)")
        if isinstance(model.active, list):
            return self.set(model, active=sorted(set(model.active) ^ {item}))
        return self.set(model, active=item)

    def tap(self, what: What, x: float, y: float) -> Changes:
        """Tap a plot at a place in its data's coordinates."""
        return self.send(Tap, what, x=x, y=y)

    def send(
        self, event: Event | Callable[..., Event], what: What | None = None, **values: Any
    ) -> Changes:
        """Send any event of the user interface.

        Args:
            event: the event, or its class.
            what: of a class: the model that it is about.
            values: of a class: its other arguments.
        """
        if not isinstance(event, Event):
            event = event(**values) if what is None else event(self.find(what), **values)
        return self.act(self.send_event, event)

    def advance(self, seconds: float) -> Changes:
        """Let time pass, for all pages; see `VizClient.advance`."""
        self.settle()
        seen = len(self._changes)
        with self._site.acting():
            self._site.advance(seconds)
        return self._changes.since(seen)

    # -- data

    def select(self, what: What, indices: Sequence[int]) -> Changes:
        """Select rows of a source, or of what shows one: a glyph renderer or a table."""
        return self.act(_set, self._source(what).selected, {"indices": list(indices)})

    def stream(
        self, what: What, rows: Mapping[str, Sequence[Any]], rollover: int | None = None
    ) -> Changes:
        """Append rows to a source, as code in the browser may do."""
        return self.act(self._source(what).stream, dict(rows), rollover)

    def edit(self, what: What, row: int, **cells: Any) -> Changes:
        """Edit cells of one row of a table, or of its source."""
        patches = {column: [(row, value)] for column, value in cells.items()}
        return self.act(self._source(what).patch, patches)

    def _source(self, what: What) -> Any:
        model = self.find(what)
        if isinstance(model, ColumnarDataSource):
            return model
        source = getattr(model, "data_source", None) or getattr(model, "source", None)
        if source is None:
            raise ModelNotFound(f"{model} shows no source of data")
        return source


def _set(model: Model, values: Mapping[str, Any]) -> None:
    """Set properties past what only Python's users may not set, such as ``value_throttled``."""
    descriptors = {name: property_of(model, name) for name in values}
    for name, value in values.items():
        descriptors[name].set_from_json(model, value)
