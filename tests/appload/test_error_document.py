"""What is left in the document of an app that failed."""

from bokeh.document import Document
from bokeh.models import Button
from bokeh.models.widgets import Div

from hybridviz.appload.error_document import fill_with_error
from hybridviz.errors import AppLoadError

ERROR = AppLoadError("/x", "ValueError: <b>", "/srv/x.py", 3, 'File "/srv/x.py", <module>')


def text_of(document: Document) -> str:
    (div,) = document.roots
    assert isinstance(div, Div)
    return div.text


def test_all_of_the_app_is_gone() -> None:
    document = Document()
    document.add_root(Button())
    document.template = "{{ broken }}"
    document.template_variables["broken"] = 1
    document.add_periodic_callback(lambda: None, 1000)
    fill_with_error(document, ERROR, dev=False)
    assert "/x could not be loaded" in text_of(document)
    assert not document.session_callbacks
    assert not document.template_variables
    assert document.template is Document().template


def test_visitors_see_no_details() -> None:
    document = Document()
    fill_with_error(document, ERROR, dev=False)
    text = text_of(document)
    assert "ValueError" not in text and "srv" not in text


def test_developers_see_them_escaped() -> None:
    document = Document()
    fill_with_error(document, ERROR, dev=True)
    text = text_of(document)
    assert "ValueError: &lt;b&gt;" in text
    assert "(/srv/x.py, line 3)" in text
    assert "&lt;module&gt;" in text
    assert "<module>" not in text
