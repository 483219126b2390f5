"""The store: tables, sessions, and everything that speaks SQL.

Other rooms call the functions of its modules with a session from `Store.read()` or inside
`Store.write(work)`; SQLAlchemy is imported nowhere else.
"""

from desktop.store.store import Session, Store

__all__ = ["Session", "Store"]
