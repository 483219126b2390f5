"""The tones, made from sines: `python resources/sounds/make.py` writes the WAV files beside it.

Each differs from the others in height, length and number of notes, so that it is told apart in a loud
shop: ok short and high, attention two notes, stop low and long, soft hardly there, new_order three rising.
"""

from __future__ import annotations

import math
import struct
import wave
from pathlib import Path

RATE = 22050
# Notes are (hertz, seconds, loudness 0 to 1); 0 hertz is a rest.
TONES = {
    "ok": [(1320, 0.09, 0.5)],
    "attention": [(880, 0.12, 0.6), (0, 0.04, 0), (660, 0.18, 0.6)],
    "stop": [(220, 0.55, 0.9)],
    "soft": [(990, 0.05, 0.15)],
    "new_order": [(660, 0.13, 0.6), (880, 0.13, 0.6), (1100, 0.26, 0.6)],
}


def samples(hertz: float, seconds: float, loud: float) -> list[int]:
    """One note with soft edges, so that it does not click. The third harmonic carries on small speakers."""
    count = int(RATE * seconds)
    edge = int(RATE * 0.008)
    out = []
    for n in range(count):
        swell = min(1.0, n / edge, (count - n) / edge)
        angle = 2 * math.pi * hertz * n / RATE
        out.append(
            int(32000 * loud * swell * (0.75 * math.sin(angle) + 0.25 * math.sin(3 * angle)))
        )
    return out


def main() -> None:
    for name, notes in TONES.items():
        values = [value for note in notes for value in samples(*note)]
        with wave.open(str(Path(__file__).with_name(f"{name}.wav")), "wb") as file:
            file.setparams((1, 2, RATE, len(values), "NONE", ""))
            file.writeframes(struct.pack(f"<{len(values)}h", *values))


if __name__ == "__main__":
    main()
