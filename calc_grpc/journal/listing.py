"""The query behind a list: one walk along an index for every combination of the filters, then merged.

It means the same to SQLite and to PostgreSQL, but for how a value is marked (here: `?`).

`kind IN (...) ORDER BY sequence` would sort every row that matches; each branch here is a range of an index that
already has the order, so a page costs the same in a table of a million rows.
"""

from itertools import product

from calc_grpc.calculation import PUBLIC_KINDS
from calc_grpc.journal.port import Filter
from calc_grpc.journal.rows import LIGHT

Condition = tuple[str, object]


def list_query(
    wanted: Filter, *, before: int | None, limit: int, filtered_order: str = "sequence"
) -> tuple[str, list[object]]:
    """Return the statement and its values for the newest rows that match.

    filtered_order: how the indexes that begin with a filter's column name the order.
    """
    branches: list[str] = []
    values: list[object] = []
    for conditions in _conditions(wanted):
        order = filtered_order if conditions else "sequence"
        if before is not None:
            conditions = [*conditions, (f"{order} < ?", before)]
        where = " AND ".join(text for text, _ in conditions) or "TRUE"
        branches.append(
            f"SELECT * FROM (SELECT sequence FROM calculations WHERE {where} ORDER BY {order} DESC LIMIT ?) AS one"
        )
        values += [*(value for _, value in conditions), limit]
    newest = " UNION ".join(branches) + " ORDER BY sequence DESC LIMIT ?"
    return f"SELECT {LIGHT} FROM calculations WHERE sequence IN ({newest}) ORDER BY sequence DESC", [*values, limit]


def _conditions(wanted: Filter) -> list[list[Condition]]:
    kinds: list[list[Condition]] = [[("kind = ?", kind)] for kind in dict.fromkeys(wanted.kinds)] or [[]]
    states: list[list[Condition]] = [[("state = ?", state)] for state in dict.fromkeys(wanted.states)] or [[]]
    creator: list[Condition] = [("creator = ?", wanted.creator)] if wanted.creator else []
    who: list[list[Condition]] = [[]]
    if wanted.visible_to:
        who = [[("creator = ?", wanted.visible_to)]]
        who += [[("kind = ?", kind)] for kind in sorted(PUBLIC_KINDS)]
    return [[*kind, *state, *creator, *one] for kind, state, one in product(kinds, states, who)]
