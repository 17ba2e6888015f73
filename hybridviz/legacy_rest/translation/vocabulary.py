"""What Bokeh 0.11 called its models and their properties.

A client of that time knows no others: it breaks off at an unknown type. `backward` asks what it may
tell. ``axis_line_*`` stands for all that lines have, ``fill_*`` and ``text_*`` likewise.
"""

LINE = "color width alpha join cap dash dash_offset".split()
FILL = "color alpha".split()
TEXT = "font font_size font_style color alpha align baseline".split()
GROUPS = {"line_*": LINE, "fill_*": FILL, "text_*": TEXT}


def knows(kind: str, name: str) -> bool:
    """Return whether a type had a property."""
    return name in _names(kind)


def _names(kind: str) -> frozenset[str]:
    if kind not in _known:
        found = {"name"}
        for word in VOCABULARY.get(kind, "").split():
            group = GROUPS.get(f"{word.rpartition('_')[0].rpartition('_')[2]}_*")
            found |= {word[:-1] + part for part in group} if word[-1] == "*" and group else {word}
        _known[kind] = frozenset(found)
    return _known[kind]


_known: dict[str, frozenset[str]] = {}
VOCABULARY = {
    "AdaptiveTicker": "base desired_num_ticks mantissas max_interval min_interval num_minor_ticks",
    "AjaxDataSource": (
        "column_names content_type data data_url http_headers if_modified max_size method mode "
        "polling_interval selected"
    ),
    "AnnularWedge": (
        "direction end_angle end_angle_units fill_* inner_radius inner_radius_units line_* "
        "outer_radius outer_radius_units start_angle start_angle_units visible x y"
    ),
    "Annulus": (
        "fill_* inner_radius inner_radius_units line_* outer_radius outer_radius_units visible x y"
    ),
    "Arc": (
        "direction end_angle end_angle_units line_* radius radius_units start_angle "
        "start_angle_units visible x y"
    ),
    "Asterisk": "angle angle_units fill_* line_* size visible x y",
    "AutocompleteInput": "completions title value",
    "BBoxTileSource": (
        "attribution extra_url_vars initial_resolution max_zoom min_zoom tile_size url "
        "use_latlon wrap_around x_origin_offset y_origin_offset"
    ),
    "BasicTickFormatter": "power_limit_high power_limit_low precision use_scientific",
    "BasicTicker": "base desired_num_ticks mantissas max_interval min_interval num_minor_ticks",
    "Bezier": "cx0 cx1 cy0 cy1 line_* visible x0 x1 y0 y1",
    "BooleanFormatter": "icon",
    "BoxAnnotation": (
        "bottom bottom_units fill_* left left_units level line_* render_mode right right_units "
        "top top_units x_range_name y_range_name"
    ),
    "BoxSelectTool": "dimensions names overlay renderers select_every_mousemove",
    "BoxZoomTool": "dimensions overlay",
    "Button": "clicks icon label type",
    "CategoricalAxis": (
        "axis_label axis_label_standoff axis_label_text_* axis_line_* bounds formatter level "
        "location major_label_orientation major_label_standoff major_label_text_* major_tick_in "
        "major_tick_line_* major_tick_out minor_tick_in minor_tick_line_* minor_tick_out ticker "
        "visible x_range_name y_range_name"
    ),
    "CategoricalTickFormatter": "",
    "CategoricalTicker": "",
    "CheckboxButtonGroup": "active labels type",
    "CheckboxEditor": "",
    "CheckboxGroup": "active inline labels",
    "Circle": (
        "angle angle_units fill_* line_* radius radius_dimension radius_units size visible x y"
    ),
    "CircleCross": "angle angle_units fill_* line_* size visible x y",
    "CircleX": "angle angle_units fill_* line_* size visible x y",
    "ColumnDataSource": "column_names data selected",
    "CompositeTicker": "desired_num_ticks num_minor_ticks tickers",
    "Cross": "angle angle_units fill_* line_* size visible x y",
    "CrosshairTool": "active dimensions line_alpha line_color line_width",
    "DataRange1d": (
        "bounds default_span end flipped follow follow_interval names range_padding renderers start"
    ),
    "DataTable": (
        "columns editable fit_columns height row_headers scroll_to_selection selectable "
        "sortable source width"
    ),
    "DateEditor": "",
    "DateFormatter": "format",
    "DatePicker": "max_date min_date title value",
    "DateRangeSlider": "arrows bounds enabled range step title value value_labels wheel_mode",
    "DatetimeAxis": (
        "axis_label axis_label_standoff axis_label_text_* axis_line_* bounds formatter level "
        "location major_label_orientation major_label_standoff major_label_text_* major_tick_in "
        "major_tick_line_* major_tick_out minor_tick_in minor_tick_line_* minor_tick_out ticker "
        "visible x_range_name y_range_name"
    ),
    "DatetimeTickFormatter": "formats",
    "DatetimeTicker": "desired_num_ticks num_minor_ticks tickers",
    "DaysTicker": "days desired_num_ticks interval num_minor_ticks",
    "Dialog": "buttons buttons_box closable content title visible",
    "Diamond": "angle angle_units fill_* line_* size visible x y",
    "DiamondCross": "angle angle_units fill_* line_* size visible x y",
    "Dropdown": "default_value icon label menu type value",
    "FactorRange": "bounds factors offset",
    "FixedTicker": "desired_num_ticks num_minor_ticks ticks",
    "GMapPlot": (
        "above background_fill_* below border_fill_* extra_x_ranges extra_y_ranges h_symmetry "
        "hidpi left lod_factor lod_interval lod_threshold lod_timeout logo map_options "
        "min_border min_border_bottom min_border_left min_border_right min_border_top "
        "outline_line_* plot_height plot_width renderers responsive right title title_standoff "
        "title_text_* tool_events toolbar_location tools v_symmetry webgl x_mapper_type x_range "
        "y_mapper_type y_range"
    ),
    "GeoJSONDataSource": "column_names data geojson selected",
    "GlyphRenderer": (
        "data_source glyph hover_glyph level nonselection_glyph selection_glyph x_range_name "
        "y_range_name"
    ),
    "Grid": (
        "band_fill_* bounds dimension grid_line_* level minor_grid_line_* ticker x_range_name "
        "y_range_name"
    ),
    "GridPlot": "border_space children toolbar_location",
    "HBox": "children height width",
    "HTMLTemplateFormatter": "template",
    "HelpTool": "help_tooltip redirect",
    "HoverTool": "active line_policy mode names point_policy renderers tooltips",
    "Image": "color_mapper dh dh_units dilate dw dw_units image visible x y",
    "ImageRGBA": "cols dh dh_units dilate dw dw_units image rows visible x y",
    "ImageURL": (
        "anchor angle angle_units dilate global_alpha h h_units retry_attempts retry_timeout "
        "url visible w w_units x y"
    ),
    "IntEditor": "step",
    "InvertedTriangle": "angle angle_units fill_* line_* size visible x y",
    "LassoSelectTool": "names overlay renderers select_every_mousemove",
    "Legend": (
        "background_fill_* border_line_* glyph_height glyph_width label_height label_standoff "
        "label_text_* label_width legend_padding legend_spacing legends level location"
    ),
    "Line": "line_* visible x y",
    "LinearAxis": (
        "axis_label axis_label_standoff axis_label_text_* axis_line_* bounds formatter level "
        "location major_label_orientation major_label_standoff major_label_text_* major_tick_in "
        "major_tick_line_* major_tick_out minor_tick_in minor_tick_line_* minor_tick_out ticker "
        "visible x_range_name y_range_name"
    ),
    "LinearColorMapper": "high low palette reserve_color reserve_val",
    "LogAxis": (
        "axis_label axis_label_standoff axis_label_text_* axis_line_* bounds formatter level "
        "location major_label_orientation major_label_standoff major_label_text_* major_tick_in "
        "major_tick_line_* major_tick_out minor_tick_in minor_tick_line_* minor_tick_out ticker "
        "visible x_range_name y_range_name"
    ),
    "LogTickFormatter": "ticker",
    "LogTicker": "base desired_num_ticks mantissas max_interval min_interval num_minor_ticks",
    "MercatorTileSource": (
        "attribution extra_url_vars initial_resolution max_zoom min_zoom tile_size url "
        "wrap_around x_origin_offset y_origin_offset"
    ),
    "MonthsTicker": "desired_num_ticks interval months num_minor_ticks",
    "MultiLine": "line_* visible xs ys",
    "MultiSelect": "options title value",
    "NumberEditor": "step",
    "NumberFormatter": "font_style format language rounding text_align text_color",
    "NumeralTickFormatter": "format language rounding",
    "Oval": "angle angle_units fill_* height height_units line_* visible width width_units x y",
    "PanTool": "dimensions",
    "Panel": "child closable title",
    "Paragraph": "height text width",
    "Patch": "fill_* line_* visible x y",
    "Patches": "fill_* line_* visible xs ys",
    "PercentEditor": "",
    "Plot": (
        "above background_fill_* below border_fill_* extra_x_ranges extra_y_ranges h_symmetry "
        "hidpi left lod_factor lod_interval lod_threshold lod_timeout logo min_border "
        "min_border_bottom min_border_left min_border_right min_border_top outline_line_* "
        "plot_height plot_width renderers responsive right title title_standoff title_text_* "
        "tool_events toolbar_location tools v_symmetry webgl x_mapper_type x_range "
        "y_mapper_type y_range"
    ),
    "PolyAnnotation": "fill_* level line_* x_range_name xs xs_units y_range_name ys ys_units",
    "PolySelectTool": "names overlay renderers",
    "PreText": "height text width",
    "PreviewSaveTool": "",
    "PrintfTickFormatter": "format",
    "QUADKEYTileSource": (
        "attribution extra_url_vars initial_resolution max_zoom min_zoom tile_size url "
        "wrap_around x_origin_offset y_origin_offset"
    ),
    "Quad": "bottom fill_* left line_* right top visible",
    "Quadratic": "cx cy line_* visible x0 x1 y0 y1",
    "RadioButtonGroup": "active labels type",
    "RadioGroup": "active inline labels",
    "Range1d": "bounds end start",
    "Ray": "angle angle_units length length_units line_* visible x y",
    "Rect": (
        "angle angle_units dilate fill_* height height_units line_* visible width width_units x y"
    ),
    "RedoTool": "",
    "ResetTool": "",
    "Segment": "line_* visible x0 x1 y0 y1",
    "Select": "options title value",
    "SelectEditor": "options",
    "SingleIntervalTicker": "desired_num_ticks interval num_minor_ticks",
    "Slider": "end orientation start step title value",
    "Span": "dimension level line_* location location_units render_mode x_range_name y_range_name",
    "Square": "angle angle_units fill_* line_* size visible x y",
    "SquareCross": "angle angle_units fill_* line_* size visible x y",
    "SquareX": "angle angle_units fill_* line_* size visible x y",
    "StringEditor": "completions",
    "StringFormatter": "font_style text_align text_color",
    "TMSTileSource": (
        "attribution extra_url_vars initial_resolution max_zoom min_zoom tile_size url "
        "wrap_around x_origin_offset y_origin_offset"
    ),
    "TableColumn": "default_sort editor field formatter sortable title width",
    "Tabs": "active tabs",
    "TapTool": "names renderers",
    "Text": "angle angle_units text text_* visible x x_offset y y_offset",
    "TextEditor": "",
    "TextInput": "title value",
    "TileRenderer": "alpha level render_parents tile_source x_range_name y_range_name",
    "TimeEditor": "",
    "Toggle": "active icon label type",
    "ToolEvents": "geometries",
    "Triangle": "angle angle_units fill_* line_* size visible x y",
    "UndoTool": "",
    "VBox": "children height width",
    "VBoxForm": "children height width",
    "WMTSTileSource": (
        "attribution extra_url_vars initial_resolution max_zoom min_zoom tile_size url "
        "wrap_around x_origin_offset y_origin_offset"
    ),
    "Wedge": (
        "direction end_angle end_angle_units fill_* line_* radius radius_units start_angle "
        "start_angle_units visible x y"
    ),
    "WheelZoomTool": "dimensions",
    "X": "angle angle_units fill_* line_* size visible x y",
    "YearsTicker": "desired_num_ticks interval num_minor_ticks",
}
