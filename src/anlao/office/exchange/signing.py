"""The office's signature under what it gives out: Ed25519, checked with the public key alone."""

from __future__ import annotations

import base64

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from anlao.office.database.folder import DataFolder

_FOR = b"anlao exchange 1"
_SEED = 32


def key_of(folder: DataFolder) -> Ed25519PrivateKey:
    """Return the office's key. It follows from a secret that backups hold, so it outlives disks."""
    secret = folder.secrets()["audit"].encode()
    seed = HKDF(algorithm=SHA256(), length=_SEED, salt=None, info=_FOR).derive(secret)
    return Ed25519PrivateKey.from_private_bytes(seed)


def public_text(key: Ed25519PrivateKey | Ed25519PublicKey) -> str:
    """Return the public key as others write it down: base64 of 32 bytes."""
    public = key.public_key() if isinstance(key, Ed25519PrivateKey) else key
    return base64.b64encode(public.public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()


def sign(key: Ed25519PrivateKey, content: bytes) -> str:
    """Return a signature as text."""
    return base64.b64encode(key.sign(content)).decode()


def fits(public: str, content: bytes, signature: str) -> bool:
    """Return whether a signature was made over a content by the holder of a key."""
    try:
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public, validate=True))
        key.verify(base64.b64decode(signature, validate=True), content)
    except (InvalidSignature, ValueError):
        return False
    return True
