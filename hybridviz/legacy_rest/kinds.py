"""Which JSON kind an attribute of Bokeh 0.10 and 0.11 has, as far as it is the same in all types.

The old servers refused what their classes did not take. Attributes that several kinds may have,
such as specs, are not here: what they cannot be is found when they are translated. Pure data and a
check. Source: the classes of bokeh/models of Bokeh 0.10.0 and 0.11.1.
"""

from collections.abc import Callable
from typing import Any

from hybridviz.errors import PropertyRefused
from hybridviz.legacy_rest.raw import is_reference

NO_NUMBERS = frozenset(("NaN", "Infinity", "-Infinity"))
"""Texts that stand for numbers which JSON lacks."""

NUMBERS = frozenset(
    """
    alpha axis_label_standoff axis_line_dash_offset base border_line_dash_offset border_space
    clicks desired_num_ticks end follow_interval global_alpha glyph_height glyph_width
    grid_line_dash_offset high initial_resolution interval label_height label_standoff
    label_width legend_padding legend_spacing line_dash_offset lod_factor lod_interval
    lod_threshold lod_timeout low major_label_standoff major_tick_in major_tick_line_dash_offset
    major_tick_out max_interval max_size max_zoom min_border min_border_bottom min_border_left
    min_border_right min_border_top min_interval min_zoom minor_grid_line_dash_offset
    minor_tick_in minor_tick_line_dash_offset minor_tick_out num_minor_ticks offset
    outline_line_dash_offset plot_height plot_width polling_interval power_limit_high
    power_limit_low range_padding retry_attempts retry_timeout start tile_size title_standoff
    x_origin_offset y_origin_offset
    """.split()
)
SWITCHES = frozenset(
    """
    always_active arrows closable dilate disabled editable enabled fit_columns flipped
    h_symmetry hidpi if_modified inline inner_only local render_parents responsive row_headers
    scroll_to_selection select_every_mousemove sortable spin use_latlon use_scientific
    v_symmetry visible webgl wrap_around xgrid ygrid
    """.split()
)
LISTS = frozenset(
    """
    above below buttons children column_names columns completions dimensions facet_tab facet_x
    facet_y filtering_columns geometries labels legends menu names options renderers tabs tags
    widget_list
    """.split()
)
REFERENCES = frozenset(
    """
    buttons_box callback child color_mapper data_source editor formatter glyph hover_glyph
    image_source map_options nonselection_glyph overlay plot selection_glyph source ticker
    tile_source tool tool_events x_range y_range
    """.split()
)
TYPES = frozenset(
    """
    AbstractButton AbstractGroup AbstractIcon AdaptiveTicker AjaxDataSource Annotation
    AnnularWedge Annulus AppHBox AppLayout AppVBox AppVBoxForm Arc Asterisk AutocompleteInput
    Axis BBoxTileSource BaseBox BasicTickFormatter BasicTicker Bezier BlazeDataSource
    BooleanFormatter BoxAnnotation BoxSelectTool BoxSelection BoxZoomTool Button ButtonGroup
    Callback CategoricalAxis CategoricalTickFormatter CategoricalTicker CellEditor CellFormatter
    ChartOptions CheckboxButtonGroup CheckboxEditor CheckboxGroup Circle CircleCross CircleX
    ColorMapper ColumnDataSource Component CompositeTicker ContinuousAxis ContinuousTicker Cross
    CrossFilter CrosshairTool CustomJS DataRange DataRange1d DataRenderer DataSource DataTable
    DateEditor DateFormatter DatePicker DateRangeSlider DatetimeAxis DatetimeTickFormatter
    DatetimeTicker DaysTicker Dialog Diamond DiamondCross Dropdown DynamicImageRenderer
    FactorRange FixedTicker GMapPlot Gear GeoJSONDataSource GeoJSPlot Glyph GlyphRenderer Grid
    GridPlot Group GuideRenderer HBox HTMLTemplateFormatter HelpTool HoverTool Icon Image
    ImageRGBA ImageSource ImageURL InputWidget InspectTool IntEditor InvertedTriangle
    LassoSelectTool Layout LayoutBox Legend Line LinearAxis LinearColorMapper LogAxis
    LogTickFormatter LogTicker MapPlot Marker Markup MercatorTileSource Model MonthsTicker
    MultiLine MultiSelect NumberEditor NumberFormatter NumeralTickFormatter OpenURL Oval PanTool
    Panel Paragraph Patch Patches PercentEditor Plot PlotContext PlotList PlotObject
    PolyAnnotation PolySelectTool PreText PreviewSaveTool PrintfTickFormatter QUADKEYTileSource
    Quad Quadratic RadioButtonGroup RadioGroup Range Range1d Ray Rect RedoTool RemoteSource
    Renderer ResetTool ResizeTool Segment Select SelectEditor ServerDataSource SimpleApp
    SingleIntervalTicker Slider Span Square SquareCross SquareX StringEditor StringFormatter
    TMSTileSource TableColumn TableWidget Tabs TapTool Text TextEditor TextInput TickFormatter
    Ticker TileRenderer TileSource TimeEditor Toggle Tool ToolEvents Tooltip Triangle UndoTool
    VBox VBoxForm WMTSTileSource Wedge WheelZoomTool Widget X YearsTicker
    """.split()
)
"""The types that have these attributes; what is of another type may have others of their names."""


def _is_number(value: Any) -> bool:
    return type(value) in (int, float) or (isinstance(value, str) and value in NO_NUMBERS)


KINDS: list[tuple[frozenset[str], Callable[[Any], bool], str]] = [
    (NUMBERS, _is_number, "a number"),
    (SWITCHES, lambda value: isinstance(value, bool), "true or false"),
    (LISTS, lambda value: isinstance(value, list), "a list"),
    (REFERENCES, is_reference, "a reference to a model"),
]


def check_kinds(spec: Any) -> None:
    """Check the attributes of a model; what is no model is not looked at.

    Raises:
        PropertyRefused: one has a value that it cannot have.
    """
    if not isinstance(spec, dict) or not isinstance(spec.get("attributes"), dict):
        return
    kind = spec.get("type")
    if not isinstance(kind, str) or kind not in TYPES:
        return
    for name, value in spec["attributes"].items():
        for names, fits, wanted in KINDS:
            if name in names and value is not None and not fits(value):
                raise PropertyRefused(str(spec.get("id")), name, f"it must be {wanted}")
