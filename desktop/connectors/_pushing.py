"""What becomes of a push, whichever platform it goes to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from desktop.connectors import Outcome, Push, Refused, RemoteOrder, Retry, Unknown
from desktop.connectors.http import KeyUnknown, as_sentence
from desktop.errors import PlatformAway, PlatformDenied, PlatformRefused, UserError
from desktop.i18n import N_, money
from desktop.order import CancelState

PUSH_S = 25.0  # under half of an outbox lease, for all calls of a push together
ALREADY = N_("The platform had it already.")
NOT_READY_S = 60.0
_KEY_S = 300.0


def outcome(
    tell: Callable[[], Outcome],
    after_refusal: Callable[[PlatformRefused], Outcome],
    wrote: Callable[[], bool],
) -> Outcome:
    """The outcome of `tell`, which makes the calls of a push; nothing of the network is raised.

    `after_refusal` reads the order back where the platform said no, `wrote` says whether a call may
    have taken effect.
    """
    try:
        try:
            return tell()
        except PlatformRefused as error:
            return after_refusal(error)
    except PlatformAway as error:
        return Unknown(as_sentence(error)) if wrote() else Retry(as_sentence(error), error.after_s)
    except KeyUnknown as error:
        # Nothing is wrong with the push: it goes by itself once the key is mended.
        return Retry(as_sentence(error), _KEY_S, key_refused=True)
    except (PlatformDenied, PlatformRefused) as error:
        # Refused twice: the call, and the order itself when it was to be read.
        return Refused(as_sentence(error))
    except UserError as error:
        return Refused(error, error.field)


def given(data: Mapping[str, Any], name: str) -> str:
    """A value of the step as text, "" where there is none."""
    return str(data.get(name) or "")


def check_total(push: Push, remote: RemoteOrder) -> None:
    """Raises UserError when the order costs something else on the platform by now."""
    if remote.facts.total != push.order.total:
        currency = push.order.currency
        raise UserError(
            N_("On the platform the order is now {theirs}, here it was {ours}. Look what changed."),
            theirs=money(remote.facts.total, currency),
            ours=money(push.order.total, currency),
        )


def other_invoice(number: str) -> UserError:
    return UserError(
        N_("The platform has invoice {number} for this order already."),
        field="number",
        number=number,
    )


def not_ready(remote: RemoteOrder) -> UserError:
    """Why a push waits: the platform is at something that ends by itself."""
    text = N_("The platform is not ready yet (“{status}”). The program tries again by itself.")
    return UserError(text, status=remote.verbatim)


def cancelled(remote: RemoteOrder) -> UserError:
    """Why a cancelled order goes no further."""
    if remote.cancel is CancelState.REQUESTED:
        return UserError(N_("The buyer asked the platform to cancel. Settle that first."))
    return UserError(N_("The order was cancelled on the platform."))
