"""The scenarios, in the order of the report. To add one: write its module, list it here."""

from benchmarks.scenario import Scenario
from benchmarks.scenarios import (
    appends,
    apps,
    beside,
    event,
    event_sizes,
    events,
    large,
    memory,
    opens,
    pages,
    periodic,
    sessions,
    slow_viewer,
    startup,
    upload,
    uploads,
    viewers,
    waiting,
    warm,
)

SCENARIOS: dict[str, Scenario] = {
    scenario.name: scenario
    for scenario in (
        startup.SCENARIO,
        pages.SMALL,
        pages.DASHBOARD,
        opens.SMALL,
        opens.DASHBOARD,
        warm.SCENARIO,
        event.SMALL,
        event.DASHBOARD,
        event_sizes.SCENARIO,
        events.SCENARIO,
        waiting.SCENARIO,
        beside.BLOCKED,
        beside.BUSY,
        periodic.FAST,
        periodic.SLOW,
        viewers.SCENARIO,
        large.SCENARIO,
        upload.PATCHES,
        upload.FILES,
        slow_viewer.SCENARIO,
        memory.IDLE,
        memory.CHURN,
        sessions.SCENARIO,
        apps.SCENARIO,
        uploads.SCENARIO,
        appends.SCENARIO,
    )
}

QUICK = ("event", "opens", "slow-viewer")
"""What is run for a first look, and by the tests."""
