#!/usr/bin/env python3
"""A small real ledger: POST /claims/{id}/payments {"cents": n} books one payment.

    ledger.py BOOK [--port N]

Payments are appended to BOOK, one JSON object a line, and flushed to disk before the
answer. A repeated Idempotency-Key gives the first answer again and books nothing.
Listens on 127.0.0.1 alone; prints its address when it is ready.
"""

import argparse
import json
import os
import re
from http.server import BaseHTTPRequestHandler, HTTPServer

BODY_MAX = 4096
ROUTE = re.compile(r"/claims/([A-Za-z0-9._~%-]{1,120})/payments")


class Book:
    """The payments so far, on disk and in memory."""

    def __init__(self, path):
        self.file = open(path, "a+", encoding="utf-8")
        self.file.seek(0)
        self.by_key = {p["key"]: p for p in map(json.loads, self.file)}

    def pay(self, key, claim, cents):
        if key not in self.by_key:
            payment = {"key": key, "id": f"p-{len(self.by_key) + 1}", "claim": claim, "cents": cents}
            self.file.write(json.dumps(payment) + "\n")
            self.file.flush()
            os.fsync(self.file.fileno())
            self.by_key[key] = payment
        return self.by_key[key]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 10

    def answer(self, status, body):
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_POST(self):
        route = ROUTE.fullmatch(self.path)
        size = self.headers.get("Content-Length", "")
        key = self.headers.get("Idempotency-Key")
        if not route:
            return self.answer(404, {"error": "no such route"})
        if not size.isdecimal() or int(size) > BODY_MAX:
            return self.answer(413, {"error": "a body of at most 4096 bytes is needed"})
        try:
            body = json.loads(self.rfile.read(int(size)))
            cents = body["cents"]
        except (ValueError, KeyError, TypeError):
            return self.answer(400, {"error": "a body like {\"cents\": 100} is needed"})
        if type(cents) is not int or not 1 <= cents <= 5_000_000:
            return self.answer(400, {"error": "cents must be from 1 to 5000000"})
        if not key or len(key) > 256:
            return self.answer(400, {"error": "an Idempotency-Key is needed"})
        payment = self.server.book.pay(key, route[1], cents)
        return self.answer(201, {"id": payment["id"]})

    def log_message(self, *_):
        pass


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("book")
    parser.add_argument("--port", type=int, default=0)
    options = parser.parse_args()
    server = HTTPServer(("127.0.0.1", options.port), Handler)
    server.book = Book(options.book)
    print(f"http://127.0.0.1:{server.server_address[1]}", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
