"""A central platform on loopback that speaks the connectors' real dialects, with faults on demand.

``Sandbox(...)`` is a server and the hand that plays buyers, other tills and bad lines; ``run`` serves
one until interrupted. It knows nothing of the till's own domain: it is the other side.
"""

from desktop.sandbox.recipe import Recipe
from desktop.sandbox.sandbox import KEY, TOKEN, Received, Sandbox, run
from desktop.sandbox.workflow import Refusal

__all__ = ["KEY", "TOKEN", "Received", "Recipe", "Refusal", "Sandbox", "run"]
