"""Database passwords in the keyring of the operating system, where there is one."""

import logging

log = logging.getLogger(__name__)

SERVICE = "JXC Desktop"


def find(database: str) -> str | None:
    """The kept password of this address; None without one, or without a keyring."""
    import keyring
    from keyring.errors import KeyringError

    try:
        return keyring.get_password(SERVICE, database)
    except KeyringError as error:
        log.info("no password from the keyring: %s", error)
        return None


def keep(database: str, password: str) -> bool:
    """Whether it is kept; without a keyring it has to be typed again next time."""
    import keyring
    from keyring.errors import KeyringError

    try:
        keyring.set_password(SERVICE, database, password)
    except KeyringError as error:
        log.info("the keyring takes no password: %s", error)
        return False
    return True
