"""From the JSON of Bokeh 0.10 and 0.11 to today's models: pure, driven by tables.

`translator` makes a model of each raw one, keeps them by their ids, and changes them when raw
attributes change. What each type is today stands in `types`, what each attribute is in
`attributes`, what a missing one meant in `defaults`, what takes more than a name and a value in
`parts`. What cannot be translated becomes a notice, which `notices` shows.
"""

from hybridviz.legacy_rest.translation.defaults import OLD
from hybridviz.legacy_rest.translation.notices import line
from hybridviz.legacy_rest.translation.translator import Translator, notices_of

__all__ = ("OLD", "Translator", "line", "notices_of")
