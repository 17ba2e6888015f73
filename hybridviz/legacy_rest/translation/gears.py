"""The outline of a gear: teeth with involute flanks, and the hole for its shaft. Pure geometry."""

import math

Ring = tuple[list[float], list[float]]
FLANK = 6
"""Points of one flank of a tooth."""
ROUND = 48
"""Points of a circle."""
MAX_TEETH = 1000
"""No gear on a page has more; a larger number is a mistake that would cost much."""


def outline(
    x: float,
    y: float,
    module: float,
    teeth: float,
    angle: float,
    pressure_angle: float,
    shaft_size: float,
    internal: bool,
) -> tuple[list[list[float]], list[list[float]]]:
    """Return the rings of a gear, the outer one first: their x and their y, in data units.

    Args:
        x, y: its centre.
        module: the pitch diameter over the number of teeth.
        teeth: their number.
        angle: by which it is turned, in radians.
        pressure_angle: of its flanks, in degrees.
        shaft_size: radius of its hole over that of its pitch circle.
        internal: whether its teeth point inwards.

    Raises:
        ValueError: there is no such gear.
    """
    if not 2 < teeth <= MAX_TEETH or module <= 0:
        raise ValueError(f"a gear of {teeth!r:.20} teeth with module {module!r:.20}")
    pitch = module * teeth / 2
    teeth_ring = _teeth(module, int(teeth), math.radians(pressure_angle), angle, bool(internal))
    if internal:
        rings = [_circle(pitch + 2.75 * module), teeth_ring]
    else:
        rings = [teeth_ring] + ([_circle(pitch * shaft_size)] if shaft_size > 0 else [])
    return [[x + at for at in ring[0]] for ring in rings], [
        [y + at for at in ring[1]] for ring in rings
    ]


def _teeth(module: float, teeth: int, pressure: float, turned: float, internal: bool) -> Ring:
    pitch = module * teeth / 2
    inner = pitch - module * (1 if internal else 1.25)
    outer = pitch + module * (1.25 if internal else 1)
    base = pitch * math.cos(pressure)
    start = max(base, inner)
    steps = [start + (outer - start) * step / (FLANK - 1) for step in range(FLANK)]
    middle = math.pi / (2 * teeth) + _involute(pressure)
    half = [middle - _involute(math.acos(min(1.0, base / radius))) for radius in steps]
    flank = [(inner, half[0]), *zip(steps, half, strict=True)]
    xs, ys = [], []
    for tooth in range(teeth):
        centre = turned + 2 * math.pi * tooth / teeth
        both = [(r, -a) for r, a in flank] + [(r, a) for r, a in reversed(flank)]
        xs += [r * math.cos(centre + a) for r, a in both]
        ys += [r * math.sin(centre + a) for r, a in both]
    return xs, ys


def _involute(angle: float) -> float:
    return math.tan(angle) - angle


def _circle(radius: float) -> Ring:
    turns = [2 * math.pi * step / ROUND for step in range(ROUND)]
    return [radius * math.cos(a) for a in turns], [radius * math.sin(a) for a in turns]
