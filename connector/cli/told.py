"""Whom an alert reached, in words: `mail to …, task for …`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from connector.cli.output import local

if TYPE_CHECKING:
    from connector.alertconfig import AlertsConfig
    from connector.store.ledger import Delivery, Raised

UNTOLD = "listed"
"""The state of an alert that no channel was to tell, or that a more urgent one covers."""


def told(deliveries: Sequence[Delivery], config: AlertsConfig) -> str:
    """How far an alert got on each channel, and to whom."""
    return ", ".join(_one(one, config) for one in deliveries) or UNTOLD


def whom(one: Delivery, config: AlertsConfig) -> str:
    """Who got it, or is to get it; empty if that is not known. A mail yet to come is for whom connector.toml names."""
    from connector.alerts.raising import MAIL
    from connector.store.ledger import Told

    if not one.recipient and one.channel == MAIL and one.state is Told.PENDING and config.mail is not None:
        return ", ".join(config.mail.to)
    return one.recipient


def line(raised: Raised, deliveries: Sequence[Delivery], config: AlertsConfig, zone: str) -> str:
    """One alert with when it was told, and to whom."""
    from connector.store.ledger import Told

    sent = [one.at for one in deliveries if one.state is Told.SENT]
    if not deliveries:
        when = f"raised {local(raised.raised_at, zone)}, and no channel tells it, or a more urgent alert stands for it"
    elif sent:
        when = f"told {local(min(sent), zone)}: {told(deliveries, config)}"
    else:
        when = f"raised {local(raised.raised_at, zone)}: {told(deliveries, config)}"
    return f"{when} ({raised.alert.level}: {raised.alert.text or 'its text was cleared away'})"


def words(one: Delivery) -> str:
    """The state of a delivery."""
    return one.state.name.lower().replace("_", " ")


def _one(one: Delivery, config: AlertsConfig) -> str:
    from connector.alerts.raising import TASK
    from connector.store.ledger import Told

    to = whom(one, config)
    if not to:
        return f"{one.channel} {words(one)}"
    way = "for" if one.channel == TASK else "to"
    return f"{one.channel} {way} {to}" + ("" if one.state is Told.SENT else f" ({words(one)})")
