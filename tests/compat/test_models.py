"""Old properties, methods and callbacks of models."""

from typing import Any

import pytest
from bokeh.events import ButtonClick, MenuItemClick
from bokeh.models import ColumnDataSource, FullscreenTool, SaveTool, WheelZoomTool

from tests.compat.conftest import Execute


def test_properties_that_have_another_name(execute: Execute) -> None:
    found = execute(
        """
        from bokeh.plotting import figure
        p = figure(plot_width=300, plot_height=200, title="t", title_text_font_size="9pt",
                   background_fill="beige", webgl=True, x_axis_type="datetime", logo=None)
        p.border_fill = "red"
        p.title_text_color = "blue"
        p.plot_width += 10
        read = p.plot_width, p.background_fill
        q = figure(**dict(plot_width=77))
        """
    )
    p = found["p"]
    assert (p.width, p.height, p.background_fill_color) == (310, 200, "beige")
    assert (p.title.text, p.title.text_font_size, p.title.text_color) == ("t", "9pt", "blue")
    assert (p.border_fill_color, p.output_backend, p.toolbar.logo) == ("red", "webgl", None)
    assert found["read"] == (310, "beige")
    assert found["q"].width == 77


def test_properties_that_are_no_more_are_told_and_left_out(execute: Execute) -> None:
    found = execute(
        """
        from bokeh.models import DataRange1d, Plot
        plot = Plot(h_symmetry=False, x_range=DataRange1d(sources=[]))
        """
    )
    assert any("h_symmetry" in line and "not symmetric" in line for line in found["told"])


def test_a_property_that_never_was_is_refused_as_by_bokeh(execute: Execute) -> None:
    with pytest.raises(AttributeError, match="unexpected attribute 'plot_widht'"):
        execute("from bokeh.plotting import figure\nfigure(plot_width=1, plot_widht=2)")


def test_tools_of_old(execute: Execute) -> None:
    found = execute(
        """
        from bokeh.plotting import figure
        from bokeh.models import HoverTool, PreviewSaveTool, ResizeTool
        from collections import OrderedDict
        p = figure(tools="pan, wheel_zoom,resize,previewsave,")
        q = figure(tools=["pan", "resize", HoverTool(tooltips=OrderedDict([("a", "@a")]))])
        hover = q.select(dict(type=HoverTool))
        hover.tooltips = OrderedDict([("b", "@b")])
        p.add_tools(PreviewSaveTool(), ResizeTool())
        """
    )
    kinds = [type(tool) for tool in found["p"].tools]
    assert kinds[1:4] == [WheelZoomTool, FullscreenTool, SaveTool]
    assert kinds[-2:] == [SaveTool, FullscreenTool]
    assert found["hover"][0].tooltips == [("b", "@b")]


def test_circles_and_markers_with_sizes(execute: Execute) -> None:
    found = execute(
        """
        from bokeh.plotting import figure
        p = figure()
        made = [p.circle([1, 2], [3, 4]), p.circle([1], [2], size=10, color="red"),
                p.square([1], [2], size=7), p.oval([1], [2], width=1, height=2),
                p.circle([1], [2], 5)]
        """
    )
    kinds = [type(renderer.glyph).__name__ for renderer in found["made"]]
    assert kinds == ["Scatter", "Scatter", "Scatter", "Ellipse", "Circle"]
    assert [found["made"][n].glyph.marker for n in (0, 2)] == ["circle", "square"]
    assert found["made"][1].glyph.size == 10


def test_legends_of_glyphs(execute: Execute) -> None:
    found = execute(
        """
        from bokeh.plotting import figure
        from bokeh.models import ColumnDataSource
        p = figure()
        source = ColumnDataSource(dict(x=[1], y=[2], kind=["a"]))
        p.line([1], [2], legend="a line")
        p.circle("x", "y", source=source, legend="kind")
        p.square([1], [1], legend=None)
        p.legend.orientation = "top_left"
        p.legend.legend_padding = 3
        """
    )
    legend = found["p"].legend[0]
    assert [legend.items[0].label.value, legend.items[1].label.field] == ["a line", "kind"]
    assert (legend.location, legend.padding) == ("top_left", 3)


def test_values_beside_a_source_become_columns(execute: Execute) -> None:
    found = execute(
        """
        from bokeh.plotting import figure
        from bokeh.models import ColumnDataSource
        source = ColumnDataSource(dict(name=["a", "b"]))
        r = figure().circle([1, 2], [3, 4], source=source, radius=[5, 6])
        """
    )
    assert {name: list(values) for name, values in found["source"].data.items()} == {
        "name": ["a", "b"],
        "x": [1, 2],
        "y": [3, 4],
        "radius": [5, 6],
    }


def test_callbacks_of_widgets(execute: Execute) -> None:
    found = execute(
        """
        from bokeh.models import (Button, ColumnDataSource, CustomJS, Dropdown, RadioGroup,
                                  Range1d, Slider)
        code = CustomJS(args={}, code="x")
        slider = Slider(start=0, end=1, value=0, callback=code, callback_policy="mouseup")
        group = RadioGroup(labels=["a"])
        group.callback = code
        button = Button(type="success", callback=code)
        both = Range1d(0, 1, callback=code)
        source = ColumnDataSource({}, callback=code)
        same = group.callback is code
        none = Dropdown(callback=None)
        """
    )
    assert found["slider"].js_property_callbacks == {"change:value": [found["code"]]}
    assert found["group"].js_property_callbacks == {"change:active": [found["code"]]}
    assert found["button"].js_event_callbacks == {"button_click": [found["code"]]}
    assert found["button"].button_type == "success"
    assert set(found["both"].js_property_callbacks) == {"change:start", "change:end"}
    assert list(found["source"].selected.js_property_callbacks) == ["change:indices"]
    assert found["same"]


def test_a_callback_where_there_never_was_one(execute: Execute) -> None:
    with pytest.raises(AttributeError, match="Div has no callback"):
        execute("from bokeh.models import CustomJS, Div\nDiv(callback=CustomJS(code='x'))")


def test_selections_in_the_form_of_old(execute: Execute) -> None:
    found = execute(
        """
        from bokeh.models import ColumnDataSource
        heard = []
        source = ColumnDataSource(dict(x=[1, 2]))
        source.on_change("selected", lambda attr, old, new: heard.append((attr, new)))
        source.on_change("data", lambda attr, old, new: heard.append(attr))
        source.selected.indices = [1]
        source.data = dict(x=[3])
        """
    )
    (attr, new), data = found["heard"]
    assert (attr, data) == ("selected", "data")
    assert new["1d"]["indices"] == [1]
    assert new["0d"]["indices"] == []


def test_columns_changed_in_place_are_told_by_trigger(execute: Execute) -> None:
    found = execute(
        """
        from bokeh.plotting import curdoc, figure
        heard = []
        r = figure(plot_width=1).text(x=[], y=[], text=[])
        curdoc().add_root(r.data_source)
        curdoc().on_change(lambda event: heard.append(event.attr))
        r.data_source.data["x"].append(1)
        r.data_source.trigger("data", r.data_source.data, r.data_source.data)
        """
    )
    assert found["heard"] == ["data"]
    assert found["r"].data_source.data["x"] == [1]


def test_other_properties(execute: Execute) -> None:
    found = execute(
        """
        from bokeh.models import (BoxSelectTool, DataTable, DatetimeTickFormatter, Grid,
                                  GlyphRenderer, Legend, PanTool, Text)
        from bokeh.plotting import figure
        ticks = DatetimeTickFormatter(formats=dict(hours=["%H"], days="%d"))
        pan = PanTool(dimensions=["width"])
        box = BoxSelectTool(select_every_mousemove=True, dimensions=["width", "height"])
        table = DataTable(row_headers=False)
        text = Text(x={"field": "a", "units": "screen"}, y=2, text=["No data"])
        p = figure(responsive=True)
        p.ygrid[0].ticker.desired_num_ticks = 3
        """
    )
    assert (found["ticks"].hours, found["ticks"].days) == ("%H", "%d")
    assert (found["pan"].dimensions, found["box"].dimensions) == ("width", "both")
    assert found["box"].continuous is True
    assert found["table"].index_position is None
    assert found["text"].text.value == "No data"
    assert found["p"].sizing_mode == "scale_width"
    assert found["p"].ygrid[0].ticker.desired_num_ticks == 3


def test_attributes_of_other_objects_are_left_alone(execute: Execute) -> None:
    found = execute(
        """
        class Pen:
            def __init__(self):
                self.plot_width = 1
            def circle(self, *sizes, **more):
                return sizes, more
        pen = Pen()
        pen.plot_width += 1
        pen.ticker = "t"
        drawn = pen.circle(1, legend="l")
        def draw(plot_width=0, **rest):
            return plot_width, rest
        kept = draw(plot_width=3, type="x"), draw(**{"legend": 1})
        things = set()
        things.add(1)
        numbers = [3, 1]
        numbers.reverse()
        """
    )
    assert found["pen"].plot_width == 2
    assert found["drawn"] == ((1,), {"legend": "l"})
    assert found["kept"] == ((3, {"type": "x"}), (0, {"legend": 1}))
    assert (found["things"], found["numbers"]) == ({1}, [1, 3])
    assert found["told"] == []


def test_errors_have_the_lines_of_the_script(execute: Execute) -> None:
    with pytest.raises(ZeroDivisionError) as raised:
        execute("from bokeh.plotting import figure\np = figure(plot_width=3)\n\n1 / 0")
    last: Any = raised.traceback[-1]
    assert (last.path.name if hasattr(last.path, "name") else last.path, last.lineno + 1) == (
        "script.py",
        4,
    )


def test_javascript_of_old_gets_its_methods(execute: Execute) -> None:
    found = execute(
        """
        from bokeh.models import CustomJS
        old = CustomJS(args=dict(s=None), code="s.get('data'); s.trigger('change')")
        new = CustomJS(args=dict(s=None), code="s.change.emit()")
        module = CustomJS(code="export default () => map.get('x')")
        said = CustomJS(code="map.get('x')", module=True)
        """
    )
    assert found["old"].code.endswith("s.get('data'); s.trigger('change')")
    assert "model.get = " in found["old"].code
    assert found["new"].code == "s.change.emit()"
    assert found["module"].code == "export default () => map.get('x')"
    assert found["said"].code == "map.get('x')"


def test_a_source_is_still_one(execute: Execute) -> None:
    found = execute("from bokeh.models import ColumnDataSource as C\ns = C(dict(x=[1]))")
    assert isinstance(found["s"], ColumnDataSource)


def test_callbacks_are_removed_by_themselves_or_by_what_adding_them_returned(
    execute: Execute, document: Any
) -> None:
    execute(
        """
        from bokeh.plotting import curdoc, figure
        figure(plot_width=1)
        def tick(): pass
        curdoc().add_periodic_callback(tick, 50)
        curdoc().remove_periodic_callback(tick)
        added = curdoc().add_timeout_callback(tick, 50)
        curdoc().remove_timeout_callback(added)
        """
    )
    assert document.session_callbacks == []


def test_methods_and_decorated_functions_are_removed_too(execute: Execute, document: Any) -> None:
    execute(
        """
        from functools import wraps
        from bokeh.plotting import curdoc, figure
        figure(plot_width=1)

        def decorated(function):
            @wraps(function)
            def call(*args):
                return function(*args)
            return call

        class Ticker:
            def tick(self): pass
            @decorated
            def often(self): pass

        @decorated
        def alone(): pass

        ticker = Ticker()
        for name in ("periodic", "timeout"):
            add = getattr(curdoc(), "add_%s_callback" % name)
            for callback in (ticker.tick, ticker.often, alone):
                add(callback, 50)
        curdoc().remove_periodic_callback(ticker.tick)
        curdoc().remove_periodic_callback(ticker.often)
        curdoc().remove_periodic_callback(alone)
        curdoc().remove_timeout_callback(ticker.tick)
        curdoc().remove_timeout_callback(ticker.often)
        curdoc().remove_timeout_callback(alone)
        """
    )
    assert document.session_callbacks == []


def test_a_callback_that_was_never_added_is_not_removed(execute: Execute) -> None:
    with pytest.raises(ValueError, match="already removed"):
        execute("from bokeh.plotting import curdoc\ncurdoc().remove_periodic_callback(print)")


def test_plots_of_factors_get_their_scales(execute: Execute) -> None:
    found = execute(
        """
        from bokeh.models import FactorRange, Plot, Range1d
        plot = Plot(x_range=FactorRange("a"), y_range=Range1d(0, 1), plot_width=90)
        """
    )
    scales = [type(found["plot"].x_scale).__name__, type(found["plot"].y_scale).__name__]
    assert scales == ["CategoricalScale", "LinearScale"]


def test_layouts_made_after_the_push_take_the_place_of_their_parts(
    execute: Execute, document: Any
) -> None:
    execute(
        """
        from bokeh.plotting import curdoc, figure, hplot, vplot
        from hybridviz.compat.made import add_made
        p = figure()
        add_made(curdoc())
        layout = vplot(hplot(figure()), p)
        """
    )
    assert [type(root).__name__ for root in document.roots] == ["Column"]


def test_clicks_on_groups(execute: Execute) -> None:
    found = execute(
        """
        from bokeh.models import Button, CheckboxGroup, RadioGroup
        heard = []
        boxes, radio = CheckboxGroup(labels=["a", "b"]), RadioGroup(labels=["a", "b"])
        for group in (boxes, radio):
            group.on_click(heard.append)
        Button().on_click(lambda: None)
        boxes.active = [1]
        radio.active = 0
        """
    )
    assert found["heard"] == [[1], 0]
    assert found["told"] == [
        "6: on_click is an old name of Bokeh; today: on_change('active', callback)"
    ]


def test_buttons_and_menus_tell_what_they_told(execute: Execute, document: Any) -> None:
    found = execute(
        """
        from bokeh.plotting import curdoc
        from bokeh.models import Button, Dropdown
        heard = []
        menu, button = Dropdown(label="d", menu=[("A", "a"), ("B", "b")]), Button(label="b")
        menu.on_click(heard.append)
        menu.on_change("value", lambda attr, old, new: heard.append((attr, old, new)))
        button.on_change("clicks", lambda attr, old, new: heard.append((attr, old, new)))
        curdoc().add_root(menu)
        curdoc().add_root(button)
        """
    )
    menu, button = found["menu"], found["button"]
    for event in (MenuItemClick(menu, "a"), MenuItemClick(menu, "b"), *[ButtonClick(button)] * 2):
        document.callbacks.trigger_event(event)
    assert found["heard"] == [
        "a",
        ("value", None, "a"),
        "b",
        ("value", "a", "b"),
        ("clicks", 0, 1),
        ("clicks", 1, 2),
    ]
    assert found["heard"][0].item == "a"  # as handlers since Bokeh 1.1 ask for it
    assert len(found["told"]) == 3


def test_dates_are_times(execute: Execute) -> None:
    found = execute(
        """
        from datetime import date, datetime
        from bokeh.models import ColumnDataSource
        one = ColumnDataSource(dict(x=[date(2014, 3, 1)], y=[1]))
        two = ColumnDataSource(data=dict(x=[]))
        two.data = dict(x=[date(2014, 3, 2)])
        expected = [datetime(2014, 3, 1)], [datetime(2014, 3, 2)]
        """
    )
    assert (found["one"].data["x"], found["two"].data["x"]) == found["expected"]
    assert found["one"].data["y"] == [1]
