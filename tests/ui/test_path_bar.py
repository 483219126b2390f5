"""The path of an order: where its names stand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.order import Status
from desktop.truth import Reach, StagePoint
from ui.path_bar import PathBar, arrange

NOW = datetime(2026, 3, 14, 14, 0, tzinfo=UTC)
STAGES = (
    Status.AWAITING_CREATION, Status.ACCEPTED, Status.IN_PREPARATION, Status.INVOICED,
    Status.PACKED, Status.SHIPPED, Status.DELIVERED, Status.FINALIZED,
)  # fmt: skip


def middles(count: int, room: int) -> list[int]:
    return [round(room / count * (i + 0.5)) for i in range(count)]


@settings(max_examples=300, derandomize=True)
@given(st.lists(st.integers(1, 220), min_size=1, max_size=10), st.integers(120, 900))
def test_no_two_names_touch_and_none_leaves_its_room(widths, room):
    captions = arrange(widths, middles(len(widths), room), room)
    assert len(captions) == len(widths)
    for lane in {caption.lane for caption in captions}:
        line = [caption for caption in captions if caption.lane == lane]
        assert line[0].left >= 0
        assert line[-1].left + line[-1].width <= room
        for one, other in pairwise(line):
            assert one.left + one.width < other.left


@given(st.lists(st.integers(1, 40), min_size=1, max_size=10))
def test_short_names_stand_on_one_line_under_their_dots(widths):
    room = 60 * len(widths)
    captions = arrange(widths, middles(len(widths), room), room)
    assert {caption.lane for caption in captions} == {0}
    for caption, wide, middle in zip(captions, widths, middles(len(widths), room), strict=True):
        assert caption.width == wide
        assert abs(caption.left + wide / 2 - middle) <= 1


def test_a_third_line_comes_only_when_two_are_too_short():
    names = [150, 70, 110, 70, 70, 60, 70, 70]
    assert {c.lane for c in arrange(names, middles(8, 435), 435)} == {0, 1}
    narrow = arrange(names, middles(8, 348), 348)
    assert {c.lane for c in narrow} == {0, 1, 2}
    assert [c.width for c in narrow] == names


def shown(qtbot, reached: int, ago: timedelta = timedelta(0), width: int = 435) -> PathBar:
    bar = PathBar()
    qtbot.addWidget(bar)
    bar.resize(width, 80)
    points = [
        StagePoint(
            status,
            Reach.DONE if i < reached else Reach.CURRENT if i == reached else Reach.NEXT,
            NOW - ago if i <= reached else None,
        )
        for i, status in enumerate(STAGES)
    ]
    bar.show_path(points, NOW)
    bar.show()
    return bar


@pytest.mark.parametrize("reached", range(len(STAGES)))
def test_it_is_as_high_as_its_lines_need(qtbot, reached):
    bar = shown(qtbot, reached)
    lanes = max(caption.lane for caption in bar.captions()) + 1
    assert bar.sizeHint().height() <= 100
    assert bar.sizeHint().height() >= 16 + (lanes + 1) * 12


def test_it_is_told_in_words(qtbot):
    bar = shown(qtbot, 1)
    words = bar.accessibleDescription()
    assert "Accepted" in words and "now" in words and "Finalized" in words and "to come" in words


def test_another_day_stands_without_its_year(qtbot):
    today, before = shown(qtbot, 1), shown(qtbot, 1, timedelta(days=3))
    assert ":" in today._texts[1][1]
    assert before._texts[1][1] == "03-11"
