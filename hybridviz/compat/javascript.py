"""JavaScript of old callbacks: ``source.get('data')``, ``.set(…)`` and ``.trigger('change')``."""

import re
from typing import Any

OLD = re.compile(r"\.(get|set|trigger)\(\s*['\"{]")

PRELUDE = """\
const old_selection = (now) => ({
  "0d": {flag: false, indices: []}, "1d": {indices: now.indices}, "2d": {indices: {}},
});
const old_model = (model) => {
  if (model == null || model.properties == null || model.is_old) return model;
  const today = model.get;  // a source has columns by it
  model.is_old = true;
  model.get = (name) => !(name in model.properties) && today != null ? today.call(model, name)
    : name == "selected" && "data" in model ? old_selection(model.selected)
    : old_model(model[name]);
  model.set = (name, value) => {
    const values = typeof name == "string" ? {[name]: value} : name;
    for (const [key, to] of Object.entries(values)) {
      if (key == "selected" && "data" in model) model.selected.indices = to["1d"].indices;
      else model[key] = to;
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


def is_old(code: Any) -> bool:
    """Return whether code calls methods that models have no more."""
    return isinstance(code, str) and bool(OLD.search(code)) and not code.startswith(PRELUDE)


def modernised(code: str) -> str:
    """Return code of an old callback that works today."""
    return PRELUDE + code
