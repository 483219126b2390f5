"""What the order list asks, and the answer as the pool reads it."""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from datetime import datetime

from desktop.store import Store, queries, search, setup
from desktop.store.queries import Count, Sort, View
from ui.order_rows import PAGE, Shown, make_page, position_of


@dataclass(frozen=True, slots=True)
class Question:
    """What the list shows; `typed` of two letters or more asks all orders instead of the view."""

    view: View = View.CREATION
    sort: Sort = Sort.DUE
    typed: str = ""

    @property
    def is_search(self) -> bool:
        return any(len(word) >= search.MIN_LETTERS for word in search.tokens(self.typed))

    @property
    def is_mixed(self) -> bool:
        """Whether orders of several stages stand in the list."""
        return self.is_search or self.view in {View.ALL, View.HELD, View.STOPPED}


@dataclass(frozen=True, slots=True)
class Listing:
    """The answer, read in the pool. `ids` is the very array that was asked with when nothing differs;
    where `whole` is not set they are the first of `count`."""

    question: Question
    ids: array[int]
    whole: bool
    count: Count
    first: list[Shown]
    wanted: int
    position: int


def read_listing(
    store: Store, question: Question, known: array[int], wanted: int, now: datetime,
    limit: int | None = None,
) -> Listing:  # fmt: skip
    """Ids (the first `limit` of them), count and the first rows of a list, and where `wanted` stands in
    it. For the pool."""
    with store.read() as session:
        journey = setup.store_settings(session).journey
        typed = question.typed if question.is_search else ""
        ids = queries.ids(session, question.view, journey, question.sort, typed, limit)
        whole = limit is None or len(ids) < limit
        ids = known if ids == known else ids
        first = ids[:PAGE]
        rows = make_page(first, queries.rows(session, first), now, question.is_mixed)
        if question.is_search:
            count = Count(len(ids))
        elif question.view is View.ALL:
            count = Count(len(ids) if whole else queries.total(session))
        else:
            count = queries.counts(session, journey, now)[question.view]
    return Listing(question, ids, whole, count, rows, wanted, position_of(wanted, ids))
