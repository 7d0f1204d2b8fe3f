"""Sealing to an Ed25519 key: only who holds its private half opens what was sealed, and finds any change.

X25519 with the keys that belong to the Ed25519 ones, an ephemeral key of the sender, HKDF-SHA256 and
ChaCha20-Poly1305. A seal says nothing of who made it: that is the business of the messages inside.
"""

from __future__ import annotations

from hashlib import sha512

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY = 32
PRIME = 2**255 - 19
ADDED = KEY + 16
"""Bytes by which what is sealed is longer."""

NONCE = bytes(12)
"""Each seal has a key of its own, so its nonce need not differ."""


def agreement_key(key: Ed25519PrivateKey) -> X25519PrivateKey:
    """The X25519 key of an Ed25519 key: the scalar that its seed stands for (RFC 8032, 5.1.5)."""
    return X25519PrivateKey.from_private_bytes(sha512(key.private_bytes_raw()).digest()[:KEY])


def agreement_public_key(key: bytes) -> X25519PublicKey:
    """The public half, from that of the Ed25519 key: the same point on the other curve, u = (1 + y)/(1 - y)
    (RFC 7748, 4.1). ValueError for what is no key."""
    if len(key) != KEY:
        raise ValueError("a public key has 32 bytes")
    y = int.from_bytes(key, "little") & ((1 << 255) - 1)
    u = (1 + y) * pow(1 - y, -1, PRIME) % PRIME
    return X25519PublicKey.from_public_bytes(u.to_bytes(KEY, "little"))


def can_be_sealed_to(recipient: bytes) -> bool:
    """Whether it is a key: some 32 bytes stand for no point, or for one with which nothing is secret."""
    try:
        seal_to(recipient, b"", b"")
    except ValueError:
        return False
    return True


def seal_to(recipient: bytes, data: bytes, about: bytes) -> bytes:
    """`data`, sealed to the holder of an Ed25519 key and bound to `about`, which stays readable. ValueError
    for what is no key."""
    to = agreement_public_key(recipient)
    own = X25519PrivateKey.generate()
    public = own.public_key().public_bytes_raw()
    return public + _cipher(own.exchange(to), public, to).encrypt(NONCE, data, about)


def unseal_with(key: Ed25519PrivateKey, data: bytes, about: bytes) -> bytes:
    """What was sealed to this key about the same. ValueError when a byte of either was changed, or another
    key was meant."""
    own = agreement_key(key)
    public, rest = data[:KEY], data[KEY:]
    shared = own.exchange(X25519PublicKey.from_public_bytes(public))
    try:
        return _cipher(shared, public, own.public_key()).decrypt(NONCE, rest, about)
    except InvalidTag as error:
        raise ValueError("not sealed so") from error


def _cipher(shared: bytes, ephemeral: bytes, recipient: X25519PublicKey) -> ChaCha20Poly1305:
    info = b"daumoi bundle\0" + ephemeral + recipient.public_bytes_raw()
    return ChaCha20Poly1305(HKDF(SHA256(), KEY, None, info).derive(shared))
