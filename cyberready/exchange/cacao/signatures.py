"""Signatures of CACAO playbooks, made and verified as in the example of the specification.

What is signed is the hash of the playbook with the signature in it, but without the signature's value and without any
other signature: its canonical JSON (RFC 8785), hashed with SHA-256 and spelled in small hexadecimal letters. That text
is the message; algorithms that hash do so once more. The value is Base64 for URLs without padding.
"""

import base64
import binascii
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

import rfc8785
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.x509 import load_der_x509_certificate

from cyberready.exchange.cacao.names import identifier
from cyberready.exchange.cacao.own import unsigned
from cyberready.exchange.cacao.structure import node, texts
from cyberready.kernel.refusals import Refused

Node = Mapping[str, object]
HASHES: Mapping[str, Callable[[bytes], "hashlib._Hash"]] = {
    "sha-256": hashlib.sha256,
    "sha-512": hashlib.sha512,
}
DIGEST = hashes.SHA256()
PSS = padding.PSS(padding.MGF1(DIGEST), DIGEST.digest_size)
HALF = 32  # bytes of each of the two numbers of ES256 (RFC 7518, 3.4)
SMALLEST_RSA = 2048
PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey
PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey
NOT_A_KEY = "This is not a private key without a password in PEM. Give an RSA, P-256 or Ed25519 key."
WEAK_KEY = "The key is too short: RSA needs 2048 bits or more. Make a longer one."
FITTING = {"RS256": rsa.RSAPublicKey, "PS256": rsa.RSAPublicKey, "ES256": ec.EllipticCurvePublicKey}


class Verdict(StrEnum):
    """What is to be said of a signature, as an English message id with ``%(signee)s`` and so on."""

    HOLDS = "The signature of %(signee)s holds for this version, by the key that stands in it. Check that key: %(key)s."
    ALTERED = (
        "The signature of %(signee)s does not hold: the playbook or the signature was changed after signing."
    )
    OTHER_VERSION = "The signature of %(signee)s is for another playbook or version."
    UNKNOWN = "The signature of %(signee)s uses %(algorithm)s, which is not known here. It was not verified."
    NO_KEY = "The key of the signature of %(signee)s is not in the file. It was not verified."
    UNREADABLE = "The signature of %(signee)s cannot be read. It was not verified."
    REVOKED = "The signature of %(signee)s was withdrawn."
    EXPIRED = "The signature of %(signee)s was made for this version, but is not valid now."


@dataclass(frozen=True, slots=True)
class Finding:
    """What came of verifying one signature; ``key`` is the SHA-256 of its public key in hex, empty when unknown."""

    verdict: Verdict
    signee: str
    algorithm: str
    key: str = ""

    @property
    def holds(self) -> bool:
        """Whether it holds."""
        return self.verdict is Verdict.HOLDS

    @property
    def broken(self) -> bool:
        """Whether it is known to be no signature of this version: a sign of forgery."""
        return self.verdict in {Verdict.ALTERED, Verdict.OTHER_VERSION}

    @property
    def values(self) -> dict[str, str]:
        """What is filled in in the sentence."""
        return {"signee": self.signee, "algorithm": self.algorithm, "key": self.key}


def private_key(pem: bytes) -> PrivateKey:
    """Read a private key from PEM; raises Refused."""
    try:
        key = serialization.load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise Refused(NOT_A_KEY) from None
    if isinstance(key, rsa.RSAPrivateKey):
        if key.key_size < SMALLEST_RSA:
            raise Refused(WEAK_KEY)
        return key
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return key
    if isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP256R1):
        return key
    raise Refused(NOT_A_KEY)


def signed(
    document: Node, key: PrivateKey, *, signee: str, created_by: str, at: str, algorithm: str = ""
) -> dict[str, object]:
    """A document with one more signature; *at* is spelled as CACAO does.

    Without *algorithm*: RS256 for RSA, ES256 for P-256, Ed25519. Signing changes neither identifier nor version.
    """
    public = key.public_key()
    name = algorithm or _algorithm_of(public)
    spelled = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    signature: dict[str, object] = {
        "type": "jss",
        "id": identifier("jss", str(document["id"]), str(document["modified"]), signee, at, _mark(public)),
        "created_by": created_by,
        "created": at,
        "modified": at,
        "signee": signee,
        "related_to": document["id"],
        "related_version": document["modified"],
        "hash_algorithm": "sha-256",
        "algorithm": name,
        "public_key": base64.b64encode(spelled).decode(),
    }
    signature["value"] = _encoded(_sign(key, name, message(document, signature)))
    listed = document.get("signatures")
    return {**document, "signatures": [*(listed if isinstance(listed, list) else []), signature]}


def message(document: Node, signature: Node) -> bytes:
    """What a signature signs: the hash of the document with it, as text."""
    bare = {name: part for name, part in signature.items() if name not in {"value", "signature"}}
    value = {**unsigned(document), "signatures": [bare]}
    hashed = HASHES[str(signature.get("hash_algorithm"))]
    return hashed(rfc8785.dumps(value)).hexdigest().encode()  # type: ignore[arg-type]


def findings(document: Node, at: str) -> list[Finding]:
    """Verify every signature of a document, as things are at the moment *at*, spelled as CACAO does.

    Without a moment the term of a signature does not count.
    """
    listed = document.get("signatures")
    made = []
    for one in map(node, listed if isinstance(listed, list) else []):
        verdict, key = _verdict(document, one, at)
        signee, algorithm = str(one.get("signee", ""))[:200], str(one.get("algorithm", ""))[:60]
        made.append(Finding(verdict, signee, algorithm, key))
    return made


def _verdict(document: Node, signature: Node, at: str) -> tuple[Verdict, str]:
    algorithm = signature.get("algorithm")
    if signature.get("hash_algorithm") not in HASHES or algorithm not in {*FITTING, "Ed25519"}:
        return Verdict.UNKNOWN, ""
    try:
        public = _public_key(signature)
        value = _decoded(str(signature.get("value", "")))
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return Verdict.UNREADABLE, ""
    if public is None:
        return Verdict.NO_KEY, ""
    try:
        _verify(public, str(algorithm), value, message(document, signature))
    except (InvalidSignature, ValueError):
        return Verdict.ALTERED, _mark(public)
    return _standing(document, signature, at), _mark(public)


def _standing(document: Node, signature: Node, at: str) -> Verdict:
    """What a signature that was made over this very document is worth at a moment."""
    if signature.get("revoked") is True:
        return Verdict.REVOKED
    version = (document.get("id"), document.get("modified"))
    if (signature.get("related_to"), signature.get("related_version")) != version:
        return Verdict.OTHER_VERSION
    begins, ends = str(signature.get("valid_from", "")), str(signature.get("valid_until", "9999"))
    return Verdict.HOLDS if not at or begins <= at < ends else Verdict.EXPIRED


def _public_key(signature: Node) -> PublicKey | None:
    """The key that stands in a signature or in its certificate; nothing is fetched."""
    given, chain = signature.get("public_key"), texts(signature.get("public_cert_chain"))
    if isinstance(given, str):
        body = "".join(line for line in given.split("\n") if not line.startswith("-----"))
        key = serialization.load_der_public_key(base64.b64decode("".join(body.split()), validate=True))
    elif chain:
        key = load_der_x509_certificate(base64.b64decode(chain[0], validate=True)).public_key()
    else:
        return None
    if isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey):
        return key
    raise ValueError("not a key of a known kind")


def _algorithm_of(key: PublicKey) -> str:
    if isinstance(key, rsa.RSAPublicKey):
        return "RS256"
    return "ES256" if isinstance(key, ec.EllipticCurvePublicKey) else "Ed25519"


def _sign(key: PrivateKey, algorithm: str, text: bytes) -> bytes:
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(text, PSS if algorithm == "PS256" else padding.PKCS1v15(), DIGEST)
    if isinstance(key, ec.EllipticCurvePrivateKey):
        first, second = decode_dss_signature(key.sign(text, ec.ECDSA(DIGEST)))
        return first.to_bytes(HALF, "big") + second.to_bytes(HALF, "big")
    return key.sign(text)


def _verify(key: PublicKey, algorithm: str, value: bytes, text: bytes) -> None:
    """Raises InvalidSignature unless *value* is the signature of *text*."""
    if not isinstance(key, FITTING.get(algorithm, ed25519.Ed25519PublicKey)):
        raise InvalidSignature
    if isinstance(key, rsa.RSAPublicKey):
        key.verify(value, text, PSS if algorithm == "PS256" else padding.PKCS1v15(), DIGEST)
    elif isinstance(key, ec.EllipticCurvePublicKey):
        if len(value) != 2 * HALF:
            raise InvalidSignature
        numbers = int.from_bytes(value[:HALF], "big"), int.from_bytes(value[HALF:], "big")
        key.verify(encode_dss_signature(*numbers), text, ec.ECDSA(DIGEST))
    else:
        key.verify(value, text)


def _mark(key: PublicKey) -> str:
    """The SHA-256 of a public key in hex."""
    spelled = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(spelled).hexdigest()


def _encoded(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError from error
