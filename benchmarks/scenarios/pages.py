"""Pages of the default template: each GET is a new visitor on a new connection."""

from functools import partial

from benchmarks.crowd import repeat
from benchmarks.measure import Meter, Target
from benchmarks.scenario import Figures, Metric, Scenario
from benchmarks.visitor import Visitor, WrongAnswer, page_token

VISITORS = 4


async def run(app: str, target: Target) -> Figures:
    """Load pages; then open the first and the last of them, to see that they were real."""
    tokens: list[str] = []

    async def load_page() -> None:
        tokens.append(await page_token(target, app))

    await load_page()  # every server runs the app for its first page
    with Meter(target) as meter:
        taken = await repeat(target.seconds, [load_page] * VISITORS)
    if len(set(tokens)) != len(tokens):
        raise WrongAnswer("two pages share one session")
    for token in (tokens[0], tokens[-1]):
        visitor = await Visitor.open(target, app, token)
        await visitor.slide()
        visitor.close()
    return {
        "pages": len(taken) / meter.wall,
        "CPU per page": meter.cpu * 1000 / len(taken),
        "generator": meter.generator,
    }


METRICS = (Metric("pages", "1/s", "higher", ratio=10), Metric("CPU per page", "ms", "lower"))
SMALL = Scenario("pages", "page of a small app", ("slider",), partial(run, "slider"), METRICS)
DASHBOARD = Scenario(
    "pages-dashboard",
    "page of a 597-model dashboard",
    ("dashboard",),
    partial(run, "dashboard"),
    METRICS,
)
