"""From the JSON of Bokeh 0.10 and 0.11 to today's models: pure, driven by tables.

`translator` makes a model of each raw one, keeps them by their ids, and changes them when raw
attributes change. What each type is today stands in `types`, what each attribute is in
`attributes`; `values` are those of data and of specs. What cannot be translated becomes a notice.
"""

from hybridviz.legacy_rest.translation.translator import Translator

__all__ = ("Translator",)
