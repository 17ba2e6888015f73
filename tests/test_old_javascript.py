"""Code of old callbacks: how it is known, and what it becomes."""

import pytest

from hybridviz.old_javascript import PRELUDE, in_old_mode, is_old, modernised


@pytest.mark.parametrize(
    ("code", "old"),
    [
        ("source.get('data')", True),
        ("model.set({a: 1})", True),
        ('source.trigger( "change")', True),
        ("map.get(key)", False),
        ("source.change.emit()", False),
        (modernised("source.get('data')"), False),
        ("export default (args) => args.source.get('x')", False),
        ("const a = 1\n  export default () => map.get('x')", False),
        ("// no export default\nsource.get('data')", True),
        (None, False),
    ],
)
def test_old_code_is_known_by_what_it_calls(code: object, old: bool) -> None:
    assert is_old(code) is old


def test_code_in_old_mode_is_a_function_of_its_own() -> None:
    made = in_old_mode('x = "a\\n"', ["source"])
    assert PRELUDE in made
    assert made.endswith(
        'return new Function("source", "cb_obj", "cb_data", "x = \\"a\\\\n\\"")'
        "(source, cb_obj, cb_data);\n"
    )
