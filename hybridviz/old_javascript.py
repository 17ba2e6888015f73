"""JavaScript of old callbacks: ``source.get('data')``, ``.set(…)`` and ``.trigger('change')``.

What gives such code the models that it knows; pure, imports nothing of ours. Called by `compat` for
scripts that run here and by `legacy_rest` for what old clients upload.
"""

import json
import re
from collections.abc import Iterable
from typing import Any

OLD = re.compile(r"\.(get|set|trigger)\(\s*['\"{]")

PRELUDE = """\
const old_names = {
  plot_width: "width", plot_height: "height", background_fill: "background_fill_color",
  border_fill: "border_fill_color", type: "button_type",
};
const old_selection = (now) => ({
  "0d": {flag: false, indices: []}, "1d": {indices: now.indices}, "2d": {indices: {}},
});
const has_text_title = (model) =>
  typeof titles_are_texts != "undefined" && model.title?.properties?.text != null;
const old_model = (model) => {
  if (model == null || model.properties == null || model.is_old) return model;
  const today = model.get;  // a source has columns by it
  model.is_old = true;
  const known = (name) => name in model.properties ? name : old_names[name] ?? name;
  model.get = (name) => !(known(name) in model.properties) && today != null
    ? today.call(model, name)
    : name == "selected" && "data" in model ? old_selection(model.selected)
    : name == "title" && has_text_title(model) ? model.title.text
    : old_model(model[known(name)]);
  model.set = (name, value) => {
    const values = typeof name == "string" ? {[name]: value} : name;
    for (const [key, to] of Object.entries(values)) {
      if (key == "selected" && "data" in model) model.selected.indices = to["1d"].indices;
      else if (key == "title" && has_text_title(model)) model.title.text = to;
      else model[known(key)] = to;
    }
  };
  model.trigger = (name) => {
    if ("data" in model) model.change.emit();
    else model.properties[String(name).split(":")[1]]?.change.emit();
  };
  return model;
};
for (const given of arguments) old_model(given);
"""
"""Gives models the methods that they had, each time the callback is called."""


TEXTS = "const titles_are_texts = true;\n"
"""Before the prelude: the title of a plot is a text, as until Bokeh 0.11."""


def is_old(code: Any) -> bool:
    """Return whether code calls methods that models have no more; no module does."""
    if not isinstance(code, str) or code.startswith(PRELUDE) or _is_module(code):
        return False
    return bool(OLD.search(code))


def _is_module(code: str) -> bool:
    """Return whether BokehJS takes code for a module, by what it looks for; old Bokeh had none."""
    return any(line.lstrip().startswith("export default") for line in code.split("\n"))


def modernised(code: str) -> str:
    """Return code of an old callback that works today."""
    return PRELUDE + code


def in_old_mode(code: str, names: Iterable[str]) -> str:
    """Return code that works today, in the mode of its time: names need no declaration.

    Today's callbacks are strict; in 2015 ``data = source.get('data')`` made a global name.

    Args:
        code: of the old callback.
        names: those of its arguments.
    """
    parameters = [*names, "cb_obj", "cb_data"]
    quoted = ", ".join(json.dumps(text) for text in [*parameters, code])
    return f"{TEXTS}{PRELUDE}return new Function({quoted})({', '.join(parameters)});\n"
