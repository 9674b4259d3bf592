"""What becomes due by the calendar, while nobody saves anything. Any PC may ask; it is done once a day."""

import datetime as dt

from jxc_desktop.services.unit_of_work import Work


def key(today: dt.date) -> str:
    """Under which the day's look is carried out once, whoever asks first."""
    return f"daily-{today.isoformat()}"


def look(work: Work, today: dt.date) -> None:
    """Raise and clear the alerts that time causes."""
    from jxc_desktop.services import alerts, watch  # only who comes first on a day needs them
    alerts.refresh_expiry(work, today)
    watch.by_calendar(work, today)
