"""Compares two reports: `python -m benchmarks.agree OLD.md NEW.md`.

Exits with 1 if the ratio to the best peer of a figure that has a goal differs by more than a fifth,
or if the reports have no such figure in common. What only one of them has is named.
"""

import sys
from pathlib import Path

TOLERANCE = 0.2


def ratios(report: str) -> dict[str, float]:
    """Return the ratios that goals are held against, by scenario and figure.

    Args:
        report: its text, as `report.render` wrote it.
    """
    found: dict[str, float] = {}
    at, scenario = 0, ""
    for line in report.splitlines():
        cells = [cell.strip() for cell in line.split("|")[1:-1]]
        if "ratio" in cells:
            at = cells.index("ratio")
        elif at and len(cells) > at + 1:
            scenario = cells[1] or scenario
            if cells[at].endswith("x") and cells[at + 1]:
                found[f"{scenario}: {cells[2]}"] = float(cells[at][:-1].replace(",", ""))
    return found


def differences(old: dict[str, float], new: dict[str, float]) -> dict[str, float]:
    """Return new / old of what differs by more than the tolerance, either way."""
    both = {name: new[name] / old[name] for name in old if new.get(name) and old[name]}
    return {
        name: change for name, change in both.items() if max(change, 1 / change) > 1 + TOLERANCE
    }


def main(old: str, new: str) -> int:
    """Print what differs, and what only one has; return 1 if anything differs or nothing is in
    both.
    """
    first, second = (ratios(Path(path).read_text()) for path in (old, new))
    apart = differences(first, second)
    both = first.keys() & second.keys()
    for name, change in apart.items():
        print(f"{name}: {first[name]:g}x, then {second[name]:g}x: {change - 1:+.0%}")
    for name in sorted(first.keys() ^ second.keys()):
        print(f"{name}: only in {old if name in first else new}, not compared")
    print(f"{len(both) - len(apart)} of {len(both)} ratios agree within {TOLERANCE:.0%}")
    return int(bool(apart) or not both)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
