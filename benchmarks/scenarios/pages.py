"""Pages of the default template: each GET is a new visitor on a new connection."""

from functools import partial

from benchmarks.crowd import repeat
from benchmarks.measure import Meter, Target
from benchmarks.scenario import Figures, Metric, Scenario
from benchmarks.servers import EVERYWHERE
from benchmarks.visitor import Visitor, WrongAnswer, page_token

VISITORS = 4


async def run(app: str, target: Target) -> Figures:
    """Load pages; then open the first and the last of them, to see that they were real."""
    tokens: list[str] = []

    async def load_page() -> None:
        tokens.append(await page_token(target, app))

    await repeat(target.seconds / 10, [load_page] * VISITORS)  # the first ones run the app
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
        **meter.shares(),
    }


def metrics(ratio: float) -> tuple[Metric, ...]:
    return (
        Metric("pages", "1/s", "higher", ratio=ratio),
        Metric("CPU per page", "ms", "lower", ratio=0.08),
    )


SMALL = Scenario(
    name="pages",
    row=2,
    title="page of a small app",
    apps=("slider",),
    run=partial(run, "slider"),
    metrics=metrics(15),
    servers=EVERYWHERE,
    rounds=3,
)
DASHBOARD = Scenario(
    name="pages-dashboard",
    row=2,
    title="page of a dashboard of 597 models",
    apps=("dashboard",),
    run=partial(run, "dashboard"),
    metrics=metrics(150),
    servers=EVERYWHERE,
    rounds=3,
)
