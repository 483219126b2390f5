"""The pictures of the documentation: which screens, in which theme, and what each one shows.

`python -m tests.pictures --docs` takes them all, and writes `docs/states.md` that names them.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PIL import Image

DOCS = Path(__file__).resolve().parents[2] / "docs"
PICTURES, PAGE = DOCS / "pictures", DOCS / "states.md"
LANGUAGE, SIZE = "pt_BR", "1366x768"
COLOURS = 96


@dataclass(frozen=True, slots=True)
class State:
    """One picture: the scene of `scenes` and its picture `taken`, the file it becomes, what it shows."""

    scene: str
    taken: str
    name: str
    shows: str
    theme: str = "light"

    @property
    def file(self) -> str:
        return f"{self.name}.png"


PARTS: dict[str, tuple[State, ...]] = {
    "Orders": (
        State("orders", "orders", "orders",
              "The stages with their counts, the list, one order with its one next step."),
        State("orders", "orders-picking", "orders-picking",
              "Picking: what is here, what is missing and why.", "contrast"),
        State("order_states", "order-refused", "order-refused",
              "Refused: what the store did and what the platform says, with a sentence for the "
              "difference."),
        State("order_states", "order-stopped", "order-stopped",
              "Cancelled: nothing leads on; the big button takes the goods back.", "dark"),
        State("sheets", "sheet-ship", "sheet-ship",
              "What a step asks: a carrier with its code, or the store's own driver."),
        State("sheet_details", "sheet-invoice-wrong", "sheet-refused",
              "Refused here: the sentence stands at its field, and the field is marked."),
        State("lists", "list-empty", "list-empty",
              "Empty: nothing waits in this stage, and where its orders come from."),
        State("lists", "search-none", "search-none",
              "Empty: a search that finds nothing, where it looked, and the way back."),
        State("loading", "loading-orders", "orders-loading",
              "Loading: said only where the store takes its time."),
        State("unread", "unread-orders", "orders-error",
              "Error: the list could not be read, and when it is tried again."),
        State("away", "away", "orders-away",
              "Offline: for how long, what can still be done, what waits to be told."),
        State("messages", "message-stop", "message-stop",
              "Stop: a scan that must not go on, in colour, words and sound."),
    ),
    "Pickup counter": (
        State("hand_over", "pickup-signed-pickup", "pickup",
              "May it be handed over, to whom, from which shelf: read from two metres."),
        State("pickup", "pickup", "pickup-waiting", "Nothing open: who waits, longest first."),
        State("pickup", "pickup-to-pay", "pickup-not-yet",
              "Not yet: what is missing, and the step that brings it."),
        State("pickup", "pickup-stopped", "pickup-stop-dark",
              "Stop: cancelled by the buyer, and what to do instead.", "dark"),
        State("fresh", "fresh-pickup", "pickup-empty", "Empty: nothing waits for pickup."),
        State("unread", "unread-pickup", "pickup-error",
              "Error: what waits could not be read; a scan is taken all the same."),
        State("away", "away-pickup", "pickup-away", "Offline: it can still be handed over."),
    ),
    "Shipments": (
        State("shipments", "shipments", "shipments",
              "The manager's day: departures by carrier and hour, what is ready, what is late."),
        State("shipments", "shipments-nothing", "shipments-empty",
              "Empty: a day on which nothing left."),
        State("loading", "loading-shipments", "shipments-loading", "Loading."),
    ),
    "Repair": (
        State("repair", "repair-Entry", "repair-dark",
              "Refused: why, the field at fault, and the ways out.", "dark"),
        State("repair", "repair-Job", "repair-paper", "Nobody knows whether this paper came out."),
        State("fresh", "fresh-repair", "repair-empty", "Empty: nothing waits for a person."),
    ),
    "Settings": (
        State("settings", "settings-3", "settings",
              "A connection: what its connector asks for, and a test of it."),
        State("settings_edited", "settings-unsaved", "settings-unsaved",
              "Asked before unsaved changes are left."),
    ),
    "The first morning": (
        State("first_run", "first-language", "first-language", "One question a page."),
        State("first_run", "first-platform-key", "first-platform-refused",
              "Refused: the platform was asked on the spot; what is missing, and where to get it."),
        State("first_run", "first-printers", "first-printers",
              "A printer, found or typed, a test page of it, and how to go on without one."),
    ),
    "The program": (
        State("opening", "opening", "opening",
              "Loading: the window stands before its store is open, with the counts of the last time."),
        State("opening", "training", "training",
              "Training: a frame and a word that no real day has."),
        State("help", "help-orders", "help",
              "Help in place: the page's keys, what can be done with this order, and why the rest "
              "cannot."),
    ),
}  # fmt: skip
STATES = tuple(state for part in PARTS.values() for state in part)


def page() -> str:
    """`docs/states.md`."""
    lines = [
        "# Every page in every state",
        "",
        "Made by `python -m tests.pictures --docs`; do not edit. Portuguese, 1366 × 768; some in the dark "
        "theme or in high contrast.",
    ]
    for part, states in PARTS.items():
        lines += ["", f"## {part}"]
        for state in states:
            lines += ["", state.shows, "", f"![{state.shows}](pictures/{state.file})"]
    return "\n".join(lines) + "\n"


def shrink(taken: Path, file: Path) -> None:
    """A picture of few colours, as screens are, in a small file."""
    with Image.open(taken) as picture:
        few = picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    file.parent.mkdir(parents=True, exist_ok=True)
    few.save(file, optimize=True)
