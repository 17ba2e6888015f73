"""The scenarios, in the order of the report. To add one: write its module, list it here."""

from benchmarks.scenario import Scenario
from benchmarks.scenarios import (
    appends,
    beside_blocked,
    event,
    event_sizes,
    events,
    opens,
    pages,
    periodic,
    uploads,
    viewers,
    waiting,
)

SCENARIOS: dict[str, Scenario] = {
    scenario.name: scenario
    for scenario in (
        event.SCENARIO,
        event_sizes.SCENARIO,
        waiting.SCENARIO,
        beside_blocked.SCENARIO,
        pages.SMALL,
        pages.DASHBOARD,
        events.SCENARIO,
        viewers.SCENARIO,
        periodic.SCENARIO,
        opens.SMALL,
        opens.DASHBOARD,
        uploads.SCENARIO,
        appends.SCENARIO,
    )
}
