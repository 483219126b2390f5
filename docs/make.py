"""Writes the pages of docs/ that are made from the code: `python docs/make.py`.

A test fails when a page on disk differs from what this makes.
"""

from __future__ import annotations

import itertools
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))


from desktop.journey import MAIN_PATH, OPTIONAL, STEPS, Journey, Step, StepRule  # noqa: E402
from desktop.order import Kind, Status  # noqa: E402


def journey_page() -> str:
    """The journey's diagram and table."""
    parts = [
        "# The journey of an order",
        "Made from the table in `desktop/journey/steps.py` by `python docs/make.py`; do not edit.",
        "Dashed stages may be switched off by a store; a step then starts at the enabled stage before.",
    ]
    for kind in Kind:
        parts += [f"## {kind.label}", "```mermaid\n" + diagram(kind) + "\n```"]
    parts += ["## Steps", table()]
    return "\n\n".join(parts) + "\n"


def diagram(kind: Kind) -> str:
    """A mermaid flow chart of one kind's path and what stands beside it."""
    path = MAIN_PATH[kind]
    beside = [Status.CANCELLED, Status.RETURNED, Status.CLOSED]
    if kind is Kind.DELIVERY:
        beside.insert(0, Status.DELIVERY_PROBLEM)
    lines = ["flowchart LR"]
    lines += [f"    {status.value}[{status.label}]" for status in (*path, *beside)]
    by_target = {rule.to: rule for rule in STEPS.values() if rule.kind in (None, kind)}
    # Shipped goods may be delivered without anybody telling of the road between.
    lines += [
        f"    {before.value} -->|{_verb(by_target.get(after))}| {after.value}"
        for before, after in itertools.pairwise(path)
    ]
    if kind is Kind.DELIVERY:
        lines += [
            "    in_transit -->|Delivery problem| delivery_problem",
            "    delivery_problem -->|In transit| in_transit",
        ]
    lines += [
        "    accepted -.->|Cancel order| cancelled",
        "    invoiced -.->|Return to stock| returned",
        "    returned -.->|Refund| closed",
    ]
    names = ",".join(status.value for status in path if status in OPTIONAL)
    return "\n".join(
        [*lines, "    classDef optional stroke-dasharray: 5 5", f"    class {names} optional"]
    )


def _verb(rule: StepRule | None) -> str:
    # Only payment moves an order without being a stage of its own.
    return rule.label if rule else STEPS[Step.RECORD_PAYMENT].label


def table() -> str:
    """The steps with their roles and fields, as Markdown."""
    lines = ["| step | verb | moves to | who | asks for |", "|---|---|---|---|---|"]
    for step, rule in STEPS.items():
        asked = ", ".join(f.label + ("*" if f.required else "") for f in rule.fields) or "–"
        who = ", ".join(sorted(role.label for role in rule.roles))
        to = rule.to.label if rule.to else "–"
        lines.append(f"| `{step.value}` | {rule.label} | {to} | {who} | {asked} |")
    stages = " → ".join(status.label for status in Journey().path(Kind.DELIVERY))
    return "\n".join(lines) + f"\n\n\\* required. The whole delivery path: {stages}."


PAGES = {"journey.md": journey_page}


if __name__ == "__main__":
    for name, make in PAGES.items():
        (HERE / name).write_text(make(), encoding="utf-8")
