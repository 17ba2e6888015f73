"""The fifteen goals, in the order of the report; each is met when all figures with a goal are."""

from collections.abc import Mapping

FURTHER = 0
"""The row of scenarios that belong to no goal."""

ROWS: Mapping[int, str] = {
    1: "start to the first document, memory",
    2: "pages",
    3: "opens",
    4: "opens with `--warm`",
    5: "one client's events",
    6: "events of 20 clients",
    7: "callbacks that wait",
    8: "events beside busy sessions",
    9: "periodic callbacks",
    10: "many viewers of one session",
    11: "large data to the browser",
    12: "large data from the browser",
    13: "a slow viewer",
    14: "memory of sessions",
    15: "growth with sessions and apps",
}
