"""Call a workflow that a writd serves, and check what it says about itself.

    from writ import Client

    client = Client("http://127.0.0.1:8484", root="sha256:…")
    answer = client.call("claims_triage", {"claim": {…}}, digest="sha256:…")
    answer.output, answer.receipt

Before any input is sent the service's evidence is checked: its claims name the policy
that is the trust root, and the bytecode that is asked for. Each answer's receipt (a DSSE
envelope, Ed25519) is checked before the answer is believed. Evidence of kind `software` is
development: nothing attests the key, and `answer.attested` says so.
"""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
import math
import os
import time
import urllib.parse
from dataclasses import dataclass
from typing import Any, Optional

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

__all__ = ["Answer", "Client", "EvidenceError", "Failed", "ReceiptError", "WritError"]

RECEIPT_TYPE = "application/vnd.writ.receipt+json"
RESPONSE_MAX = 160 << 20
_CLAIM_LINES = ("mode", "boot", "seq", "previous", "vm", "policy", "bindings", "environment", "receipt-key", "tls-key")
_MALFORMED = (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError)


class WritError(Exception):
    """Everything this module raises."""


class EvidenceError(WritError):
    """The service is not what was asked for; nothing was sent."""


class ReceiptError(WritError):
    """The answer's receipt does not hold; the answer is not to be believed."""


class Failed(WritError):
    """The service refused the call, or the run failed; the receipt of that holds.

    status: of HTTP. reasons: [{"code", "detail", …}], codes are stable.
    """

    def __init__(self, status: int, detail: str, reasons: list[dict[str, Any]]):
        super().__init__(f"{detail} ({', '.join(str(r.get('code', '?')) for r in reasons) or status})")
        self.status, self.detail, self.reasons = status, detail, reasons


@dataclass(frozen=True)
class Answer:
    """What a run gave. receipt is the checked payload; raw the whole answer, for `writ verify`."""

    run: str
    output: Any
    receipt: dict[str, Any]
    attested: bool
    raw: bytes


@dataclass(frozen=True)
class _Claims:
    text: bytes
    boot: str
    policy: str
    key: bytes
    workflows: dict[str, str]
    kind: str


def _strict(data: bytes) -> Any:
    """JSON without duplicate members, NaN or trailing bytes."""

    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len({name for name, _ in pairs}) != len(pairs):
            raise ValueError("a member is there twice")
        return dict(pairs)

    def constant(word: str) -> None:
        raise ValueError(f"{word} is no JSON")

    return json.loads(data.decode("utf-8"), object_pairs_hook=members, parse_constant=constant)


def _number(x: float) -> str:
    """ECMAScript's Number::toString, as RFC 8785 wants it."""
    if not math.isfinite(x):
        raise ValueError("a number is not finite")
    if x == 0:
        return "0"
    mantissa, _, exponent = f"{abs(x)!r}".partition("e")
    whole, _, fraction = mantissa.partition(".")
    fraction = "" if fraction == "0" else fraction
    point = len(whole) + int(exponent or 0)
    digits = whole + fraction
    point -= len(digits) - len(digits.lstrip("0"))
    digits = digits.lstrip("0").rstrip("0")
    n = len(digits)
    if n <= point <= 21:
        text = digits + "0" * (point - n)
    elif 0 < point <= 21:
        text = digits[:point] + "." + digits[point:]
    elif -6 < point <= 0:
        text = "0." + "0" * -point + digits
    else:
        rest = "." + digits[1:] if n > 1 else ""
        text = f"{digits[0]}{rest}e{'+' if point > 0 else '-'}{abs(point - 1)}"
    return "-" + text if x < 0 else text


def _canonical(value: Any) -> str:
    """RFC 8785: members by UTF-16 order, no spaces; integers keep every digit."""
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, list):
        return "[" + ",".join(map(_canonical, value)) + "]"
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode("utf-16-be"))
        return "{" + ",".join(f"{_canonical(n)}:{_canonical(value[n])}" for n in names) + "}"
    return json.dumps(value, ensure_ascii=False)


def _sha256(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


def _read_claims(evidence: Any) -> _Claims:
    """The claims of an evidence document. ValueError when they are malformed."""
    if evidence["type"] != "writ-evidence/1" or evidence["kind"] != "software":
        raise ValueError("evidence of this kind cannot be appraised by this version")
    text = evidence["claims"]
    lines = [line.split(" ") for line in text.split("\n")[:-1]]
    head, loaded = lines[1 : 1 + len(_CLAIM_LINES)], lines[1 + len(_CLAIM_LINES) :]
    if lines[:1] != [["writ-claims/1"]] or not text.endswith("\n") or tuple(line[0] for line in head) != _CLAIM_LINES:
        raise ValueError("the claims are not the lines that they must be")
    if any(len(line) != 2 for line in head) or any(len(line) != 4 or line[0] != "workflow" for line in loaded):
        raise ValueError("a line of the claims has too much or too little")
    named = {line[0]: line[1] for line in head}
    if named["mode"] != "development" or named["environment"] != "development":
        raise ValueError("software evidence pretends to be more than development")
    kind, _, key = named["receipt-key"].partition(":")
    if kind != "ed25519":
        raise ValueError("the receipt key is of an unknown kind")
    public = base64.b64decode(key, validate=True)
    workflows = {line[1]: line[3] for line in loaded}
    if len(workflows) != len(loaded):
        raise ValueError("a workflow is claimed twice")
    return _Claims(text.encode(), named["boot"], named["policy"], public, workflows, evidence["kind"])


def _open_receipt(envelope: Any, claims: _Claims) -> dict[str, Any]:
    """The payload of a receipt that the claims' key signed."""
    if envelope["payloadType"] != RECEIPT_TYPE or len(envelope["signatures"]) != 1:
        raise ValueError("it is no receipt with one signature")
    payload = base64.b64decode(envelope["payload"], validate=True)
    signature = base64.b64decode(envelope["signatures"][0]["sig"], validate=True)
    signed = b"DSSEv1 %d %s %d " % (len(RECEIPT_TYPE), RECEIPT_TYPE.encode(), len(payload)) + payload
    try:
        Ed25519PublicKey.from_public_bytes(claims.key).verify(signature, signed)
    except InvalidSignature:
        raise ValueError("the key of the claims did not sign it") from None
    receipt = _strict(payload)
    if receipt["type"] != "writ-receipt/1":
        raise ValueError("its payload is no receipt")
    return receipt


class Client:
    """A caller of one service. root: the digest of the policy that is trusted, its first version.

    policy: the digest of the version in force, when that is a later one. This module checks no
    signatures of owners: `writ policy check` does, and prints it.
    """

    def __init__(self, url: str, root: str, timeout: float = 600.0, policy: Optional[str] = None):
        parts = urllib.parse.urlsplit(url)
        if parts.scheme != "http" or not parts.hostname or parts.path not in ("", "/"):
            raise WritError(f"a URL such as http://127.0.0.1:8484 is needed, not {url!r}")
        policy = root if policy is None else policy
        if not all(d.startswith("sha256:") and len(d) == 71 for d in (root, policy)):
            raise WritError("the trust root is a digest: sha256: and 64 hexadecimal digits")
        self._host, self._port = parts.hostname, parts.port or 80
        self._root, self._policy, self._timeout = root, policy, timeout

    def call(self, workflow: str, input: Any, digest: Optional[str] = None) -> Answer:
        """Attest, send, check the receipt. digest: the only bytecode that may answer.

        Raises EvidenceError (nothing was sent), Failed, ReceiptError, or WritError.
        """
        claims = self.attest()
        claimed = claims.workflows.get(workflow)
        if claimed is None:
            raise EvidenceError(f"the service does not claim to run {workflow}")
        if digest is not None and claimed != digest:
            raise EvidenceError(f"the service runs {claimed}, not {digest}")
        body = json.dumps(input, ensure_ascii=False).encode()
        status, raw = self._send("POST", f"/v1/workflows/{urllib.parse.quote(workflow, safe='')}/runs", body)
        answer, receipt = self._check(status, raw, body, claims, workflow, claimed if status == 200 else None)
        if status != 200:
            reasons = answer.get("reasons")
            reasons = [r for r in reasons if isinstance(r, dict)] if isinstance(reasons, list) else []
            raise Failed(status, str(answer.get("detail", "")), reasons)
        return Answer(str(answer.get("run", "")), answer["output"], receipt, claims.kind != "software", raw)

    def attest(self) -> _Claims:
        """Fresh evidence over a nonce, checked against the trust root."""
        nonce = os.urandom(32).hex()
        status, raw = self._send("GET", f"/.well-known/writ/evidence?nonce={nonce}", b"")
        try:
            evidence = _strict(raw)
            claims = _read_claims(evidence)
            fresh = status == 200 and evidence["nonce"] == nonce
        except _MALFORMED as error:
            raise EvidenceError(f"the evidence is malformed: {error}") from None
        if not fresh:
            raise EvidenceError("the evidence answers another question")
        if claims.policy != self._policy:
            raise EvidenceError(f"the service's policy is {claims.policy}, not "
                                + ("the trust root" if self._policy == self._root else f"{self._policy}"))
        return claims

    def _check(self, status: int, raw: bytes, body: bytes, attested: _Claims, workflow: str, digest: Optional[str]):
        try:
            answer = _strict(raw)
            claims = _read_claims(answer["evidence"])
            receipt = _open_receipt(answer["receipt"], claims)
            salts = {name: bytes.fromhex(answer["salts"][name]) for name in ("request", "response")}
            covered = answer["output"] if "output" in answer else {
                name: value for name, value in answer.items() if name not in ("receipt", "evidence", "salts")}
            said = _canonical(covered).encode()
            checks = {
                "it is by another start of the service": claims.boot == attested.boot == receipt["boot"],
                "another key signed it": claims.key == attested.key,
                "it is about an answer of another status": receipt["status"] == status
                and ("output" in answer) == (status == 200),
                "it names another policy": receipt["policy"] == claims.policy == self._policy,
                "it names other claims": receipt["claims"] == _sha256(claims.text),
                "it is about another request": receipt["request"] == _sha256(salts["request"] + body),
                "it is about another response": receipt["response"] == _sha256(salts["response"] + said),
                "another workflow answered": digest is None
                or receipt["workflow"] == {"name": workflow, "digest": digest},
            }
        except _MALFORMED as error:
            raise ReceiptError(f"the answer or its receipt is malformed: {error}") from None
        for complaint, good in checks.items():
            if not good:
                raise ReceiptError(f"the receipt does not hold: {complaint}")
        return answer, receipt

    def _send(self, method: str, path: str, body: bytes) -> tuple[int, bytes]:
        """One exchange. The time is for all of it, however slowly the bytes come."""
        end = time.monotonic() + self._timeout
        connection = http.client.HTTPConnection(self._host, self._port, timeout=self._timeout)
        raw = bytearray()
        try:
            connection.request(method, path, body or None, {"Content-Type": "application/json"})
            response = connection.getresponse()
            while len(raw) <= RESPONSE_MAX and (piece := response.read1(1 << 16)):
                raw += piece
                left = end - time.monotonic()
                if left <= 0:
                    raise TimeoutError("it took too long")
                if connection.sock is not None:
                    connection.sock.settimeout(left)
            if response.length:
                raise http.client.IncompleteRead(bytes(raw[:0]), response.length)
        except (OSError, ValueError, http.client.HTTPException) as error:
            raise WritError(f"no answer from {self._host}:{self._port}: {error}") from None
        finally:
            connection.close()
        if len(raw) > RESPONSE_MAX:
            raise WritError("the answer is too large")
        return response.status, bytes(raw)
