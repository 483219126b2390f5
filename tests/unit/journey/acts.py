"""What tests of the journey ask of an order."""

import pytest

from desktop.errors import UserError
from desktop.journey import Journey, apply
from desktop.order import Hold, Kind, Status
from tests.unit.orders import AT, MANAGER, helpful

S = Status
J = Journey()
D, P = Kind.DELIVERY, Kind.PICKUP
HOLD = Hold(AT, "Ana", "endereço não confere")


def refused(here, step, journey=J, who=MANAGER, **given):
    """The refusal of a step, which must be a sentence with a cause and a next step."""
    with pytest.raises(UserError) as error:
        apply(here, step, helpful(here, step) | given, journey, AT, who)
    return error.value
