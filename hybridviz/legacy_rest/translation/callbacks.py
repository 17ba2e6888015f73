"""Callbacks in JavaScript: what called them then, and what calls them today.

An old callback knows the model that called it as ``cb_obj`` and what a tool had to say as
``cb_data``. Where today's places call with other arguments, a relay stands between.
"""

from typing import TYPE_CHECKING, Any

from bokeh.model import Model
from bokeh.models import (
    BoxSelectTool,
    ColumnDataSource,
    CustomJS,
    HoverTool,
    OpenURL,
    Range,
    TapTool,
)
from bokeh.models.widgets import Button, Dropdown

from hybridviz.old_javascript import in_old_mode

if TYPE_CHECKING:
    from hybridviz.legacy_rest.translation.translator import Translator

Json = dict[str, Any]

GEOMETRY = "selectiongeometry"
"""The event of a plot when a box or another shape has been drawn in it."""
CHANGING = ("value", "active")
"""What widgets tell a change of, the first that they have."""
RELAY = "callback.execute(caller, {})"
HOVERED = """\
const {indices} = cb_data.index
const index = {"0d": {flag: false, indices: []}, "1d": {indices}, "2d": {indices: {}}}
callback.execute(caller, {...cb_data, index})
"""
TAPPED = "callback.execute(cb_data.source, cb_data)"
BOXED = 'if (cb_obj.geometry.type == "rect") callback.execute(caller, {geometry: cb_obj.geometry})'


def fill_code(translator: "Translator", callback: Any, raw: Json) -> None:
    """Give a callback its code and the models that it names."""
    args = raw.get("args") or {}
    callback.args = {name: translator.resolved(part) for name, part in args.items()}
    callback.code = in_old_mode(raw.get("code") or "", callback.args)


def connect(translator: "Translator", model: Model, ident: str, callback: Any) -> str | None:
    """Have a callback called where it was called; None in its place ends that.

    Returns:
        Why it cannot be called, or None.
    """
    _disconnect(model)
    plot = translator.plot_of(ident) if isinstance(model, BoxSelectTool) else None
    if plot is not None:
        _disconnect_tool(plot, model)
    if isinstance(callback, OpenURL) and not isinstance(model, TapTool):
        return "only a TapTool opens URLs today"
    if isinstance(model, HoverTool | TapTool):
        code = TAPPED if isinstance(model, TapTool) else HOVERED
        is_code = isinstance(callback, CustomJS)
        model.callback = _relay(code, model, callback) if is_code else callback
    elif isinstance(callback, CustomJS):
        if isinstance(model, BoxSelectTool) and plot is None:
            return "no plot has the tool"
        return _listen(translator, plot or model, model, ident, callback)
    return None


def _listen(
    translator: "Translator", teller: Model, model: Model, ident: str, callback: CustomJS
) -> str | None:
    """Have a callback called; the teller is the plot of a tool, or else the model itself."""
    changing = next((name for name in CHANGING if name in model.properties()), None)
    if isinstance(model, ColumnDataSource):
        _on_change(model.selected, "indices", _relay(RELAY, model, callback))
    elif isinstance(model, Range):
        caller = translator.caller_of_range(ident) or model
        for name in ("start", "end"):
            _on_change(model, name, _relay(RELAY, caller, callback))
    elif isinstance(model, BoxSelectTool):
        teller.js_on_event(GEOMETRY, _relay(BOXED, model, callback))
    elif isinstance(model, Dropdown):
        model.js_on_event("menu_item_click", _relay(RELAY, model, callback))
    elif isinstance(model, Button):
        model.js_on_event("button_click", _relay(RELAY, model, callback))
    elif changing is not None:
        _on_change(model, changing, _relay(RELAY, model, callback))
    else:
        return "nothing calls it today"
    return None


def _relay(code: str, caller: Any, callback: CustomJS) -> CustomJS:
    return CustomJS(args={"callback": callback, "caller": caller}, code=code)


def _on_change(model: Model, name: str, relay: CustomJS) -> None:
    model.js_property_callbacks = {
        **model.js_property_callbacks,
        f"change:{name}": [*model.js_property_callbacks.get(f"change:{name}", []), relay],
    }


def _disconnect_tool(plot: Model, tool: Model) -> None:
    """Take back what was connected to a plot for one of its tools."""
    known = plot.js_event_callbacks.get(GEOMETRY, [])
    kept = [relay for relay in known if getattr(relay, "args", {}).get("caller") is not tool]
    if kept != known:
        plot.js_event_callbacks = {**plot.js_event_callbacks, GEOMETRY: kept}


def _disconnect(model: Model) -> None:
    """Take back what was connected before; only old callbacks are connected to these models."""
    listening = model.selected if isinstance(model, ColumnDataSource) else model
    if listening.js_property_callbacks:
        listening.js_property_callbacks = {}
    if model.js_event_callbacks:
        model.js_event_callbacks = {}
