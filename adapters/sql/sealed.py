"""Tokens as the database holds them: encrypted, with the id of the key that did it.

    3f9a12c4d05b:gAAAAABm...      key id : Fernet

The first of the keys writes and all of them read. So a new key is put before the old ones, `Installations.rotate`
encrypts anew what is stored, and then the old ones may go.
"""

import hashlib
from collections.abc import Sequence
from functools import cached_property
from typing import Any, Final

from sqlalchemy import Dialect, Text, TypeDecorator

from bot.errors import StoreError
from bot.model.installation import Secret

_ID_LENGTH: Final = 12
"""Characters of a key's id: enough to tell keys apart, and nothing of the key can be learnt from them."""

_MAKE_ONE: Final = "`openssl rand -base64 32 | tr +/ -_` makes one"


class UnreadableTokenError(StoreError):
    """A stored token that none of the keys reads."""


class KeyRing:
    """The operator's keys, newest first; perhaps none."""

    def __init__(self, keys: Sequence[str] = ()) -> None:
        self._keys = tuple(keys)

    @cached_property
    def newest(self) -> str:
        """What every token begins with that the newest key wrote.

        Raises:
            StoreError: there is no key.
        """
        if not self._keys:
            raise StoreError(
                f"Tokens are stored encrypted alone, and there is no key. Set PAPERROUND_SECRET_KEY; {_MAKE_ONE}."
            )
        return f"{hashlib.sha256(self._keys[0].encode()).hexdigest()[:_ID_LENGTH]}:"

    def seal(self, secret: Secret) -> str:
        """Encrypt a token with the newest key."""
        sealed: bytes = self._fernet.encrypt(secret.value.encode())
        return self.newest + sealed.decode()

    def open(self, sealed: str) -> Secret:
        """Decrypt a token.

        Raises:
            UnreadableTokenError: none of the keys reads it.
        """
        from cryptography.fernet import InvalidToken  # noqa: PLC0415 - see `_fernet`

        key, _, text = sealed.partition(":")
        try:
            return Secret(self._fernet.decrypt(text.encode()).decode())
        except InvalidToken as error:
            raise UnreadableTokenError(
                f"was encrypted with key {key}, which PAPERROUND_SECRET_KEY does not have. Put that key back behind "
                "the others, after a comma, or let the workspace install paperround again at /slack/install."
            ) from error

    @cached_property
    def _fernet(self) -> Any:
        """The keys at work. Imported where a token is stored or read, which most commands never do."""
        from cryptography.fernet import Fernet, MultiFernet  # noqa: PLC0415

        # Without a key nothing can be read, and the error says which key it would take.
        return MultiFernet([Fernet(key) for key in self._keys or (Fernet.generate_key().decode(),)])


class Sealed(TypeDecorator[Secret]):
    """A token in clear outside the database, and encrypted in it."""

    impl = Text
    cache_ok = True  # a ring equals itself alone

    def __init__(self, ring: KeyRing) -> None:
        super().__init__()
        self.ring = ring

    def process_bind_param(self, value: Secret | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Encrypt it."""
        return None if value is None else self.ring.seal(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Secret | None:  # noqa: ARG002
        """Decrypt it."""
        return None if value is None else self.ring.open(value)
