"""Signing: checkpoints and manifests with one Ed25519 key, in C2SP note form; `verify` reads them."""

from __future__ import annotations

from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from cyberready.kernel.verify import Head, Key, checkpoint_text, fingerprint, key_of, note_line


@dataclass(frozen=True, slots=True)
class SigningKey:
    """An Ed25519 private key and the name under which it signs (no blanks, no plus sign)."""

    name: str
    private: Ed25519PrivateKey

    def __post_init__(self) -> None:
        key_of(self.name, self.public)

    @classmethod
    def generate(cls, name: str) -> SigningKey:
        """Make a new key."""
        return cls(name, Ed25519PrivateKey.generate())

    @classmethod
    def from_bytes(cls, name: str, seed: bytes) -> SigningKey:
        """Read a key from its 32 private bytes; ValueError for any other number."""
        return cls(name, Ed25519PrivateKey.from_private_bytes(seed))

    @classmethod
    def from_pem(cls, name: str, pem: bytes) -> SigningKey:
        """Read a key from unencrypted PKCS#8 PEM; ValueError for what is not an Ed25519 private key."""
        private = load_pem_private_key(pem, password=None)
        if not isinstance(private, Ed25519PrivateKey):
            raise ValueError("not an Ed25519 key")  # noqa: TRY004 -- the file's content is wrong, not its type
        return cls(name, private)

    def pem(self) -> bytes:
        """Private key as unencrypted PKCS#8 PEM, to store where only the server reads."""
        return self.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    @property
    def public(self) -> bytes:
        """The 32 bytes of the public key."""
        return self.private.public_key().public_bytes_raw()

    @property
    def key(self) -> Key:
        """What a verifier needs."""
        return Key(self.name, self.public)

    @property
    def fingerprint(self) -> str:
        """Fingerprint to print in documents and read aloud."""
        return fingerprint(self.public)

    def sign(self, text: bytes) -> str:
        """Signature line of a note over *text*."""
        return note_line(self.key, self.private.sign(text))


def sign_checkpoint(origin: str, size: int, root: bytes, key: SigningKey) -> str:
    """Checkpoint (C2SP tlog-checkpoint) of the trail *origin*; ValueError for what cannot be one."""
    if not origin or not origin.isprintable() or size < 0 or len(root) != 32:
        raise ValueError(f"no checkpoint for {origin!r} with {size} entries")
    text = checkpoint_text(Head(origin, size, root))
    return f"{text}\n{key.sign(text.encode())}"
