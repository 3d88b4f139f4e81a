"""A service that lies: hostile.py ROOT MODE. Its evidence holds, unless the mode is about evidence.

Prints its port. Answers each request by the mode, signed by its own key wherever a signature helps the lie.
"""
import base64
import hashlib
import http.server
import json
import os
import sys
import time
import urllib.parse

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ROOT, MODE = sys.argv[1:]
KEY = Ed25519PrivateKey.generate()
PUBLIC = base64.b64encode(KEY.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()
BOOT, ZERO = "ab" * 16, "sha256:" + "00" * 32
TYPE = "application/vnd.writ.receipt+json"
LINES = ["writ-claims/1", "mode development", f"boot {BOOT}", "seq 0", "previous -", f"vm {ZERO}", f"policy {ROOT}",
         f"bindings {ZERO}", "environment development", f"receipt-key ed25519:{PUBLIC}", "tls-key -", f"workflow x 1 {ZERO}"]
if MODE == "claims-twice":
    LINES.insert(7, f"policy {ROOT}")
CLAIMS = "\n".join(LINES) + "\n"


def sha(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


def canonical(value) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def evidence(nonce: str):
    return {"type": "writ-evidence/1", "kind": "software", "claims": CLAIMS, "nonce": nonce}


def signed(document, status: int, request: bytes):
    """The document with a receipt that says this status."""
    salts = {"request": os.urandom(16), "response": os.urandom(16)}
    said = canonical(document["output"] if "output" in document else document)
    payload = canonical({
        "type": "writ-receipt/1", "boot": BOOT, "worker": 0, "seq": 0, "previous": None, "claims": sha(CLAIMS.encode()),
        "workflow": {"name": "x", "digest": ZERO}, "policy": ROOT, "environment": "development", "mode": "development",
        "request": sha(salts["request"] + request), "response": sha(salts["response"] + said), "status": status,
        "trace_root": sha(b""), "leaves": [], "used": {"calls": 0, "tokens": 0, "time_ms": 0},
        "budget": {"calls": 0, "tokens": 0, "time_ms": 0}})
    pae = b"DSSEv1 %d %s %d " % (len(TYPE), TYPE.encode(), len(payload)) + payload
    envelope = {"payload": base64.b64encode(payload).decode(), "payloadType": TYPE,
                "signatures": [{"sig": base64.b64encode(KEY.sign(pae)).decode()}]}
    return {**document, "receipt": envelope, "evidence": evidence(""), "salts": {n: s.hex() for n, s in salts.items()}}


class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *args):
        pass

    def say(self, status: int, body: bytes, **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        nonce = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query).get("nonce", [""])[0]
        odd = {"evidence-list": [], "evidence-text": {**evidence(nonce), "claims": 7}, "evidence-null": None,
               "evidence-lines": {**evidence(nonce), "claims": "writ-claims/1\n"}}
        self.say(200, json.dumps(odd.get(MODE, evidence(nonce))).encode())

    def do_POST(self):
        request = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        problem = {"title": "no", "status": 403, "detail": "\x1b[2J\u009b1m\u202e", "reasons": [7, None, {"code": ["\x1b[2J"]}]}
        document, says, status = {
            "no-output": ({"run": "1", "state": "done"}, 200, 200),
            "status-hidden": (problem, 403, 200),
            "status-forged": ({"run": "1", "state": "done", "output": {"a": 1}}, 200, 422),
            "escapes": (problem, 403, 403),
            "large": ({"run": "1", "state": "done", "output": {"a": "x" * (6 << 20)}}, 200, 200),
        }.get(MODE, ({"run": "1", "state": "done", "output": {"a": "\u009b2J\x1b[2J\u202e"}}, 200, 200))
        raw = json.dumps(signed(document, says, request)).encode()
        if MODE == "deep":
            raw = b'{"output":' + b"[" * 200000 + b"]" * 200000 + b"}"
        elif MODE == "twice":
            raw = b'{"output":{"a":2},' + raw[1:]
        elif MODE == "number":
            raw = raw.replace(b'"run": "1"', b'"run": ' + b"9" * 100000)
        elif MODE == "redirect":
            return self.say(302, b"", Location="/elsewhere")
        elif MODE == "slow":
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            try:
                for _ in range(300):
                    self.wfile.write(b" ")
                    time.sleep(0.1)
            except OSError:
                pass
            return None
        elif MODE == "endless":
            self.send_response(200)
            self.end_headers()
            try:
                while True:
                    self.wfile.write(b" " * 65536)
            except OSError:
                return None
        self.say(status, raw)


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
print(server.server_address[1], flush=True)
server.serve_forever()
