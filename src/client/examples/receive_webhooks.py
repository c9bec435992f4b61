"""
Takes webhooks and counts what was paid for, each event once, however often it comes and whatever is killed.

    WEBHOOK_SECRET=whsec_… python3 receive_webhooks.py webhooks.db 4000

The id of an event and what is done about it are one transaction: both are there, or neither.
"""

import base64
import hashlib
import hmac
import json
import os
import sqlite3
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TOLERANCE_S = 300
BODY_BYTES_MAX = 65_536
# The engine gives an event up after three days; by hand it may be sent later.
REMEMBERED_S = 30 * 24 * 3600

if len(sys.argv) != 3 or not os.environ.get("WEBHOOK_SECRET", "").startswith("whsec_"):
    print("usage: WEBHOOK_SECRET=whsec_… python3 receive_webhooks.py FILE PORT", file=sys.stderr)
    sys.exit(2)
path, port = sys.argv[1], int(sys.argv[2])
hmac_key = base64.b64decode(os.environ["WEBHOOK_SECRET"].removeprefix("whsec_"))


def opened():
    return sqlite3.connect(path, timeout=10, isolation_level=None)


def paid_for(shop):
    return shop.execute("SELECT coalesce(sum(units), 0) FROM paid").fetchone()[0]


def act(shop, event):
    """What a shop does with an event goes here, in the transaction that keeps its id."""
    sign = {"order.paid": 1, "order.refunded": -1}.get(event["type"])
    if sign is not None:
        add = "INSERT INTO paid VALUES (?, ?) ON CONFLICT (item) DO UPDATE SET units = units + excluded.units"
        shop.execute(add, (event["data"]["itemId"], sign * event["data"]["amount"]))


def take(event_id, event):
    """Takes an event, unless it was taken before."""
    shop = opened()
    try:
        shop.execute("BEGIN IMMEDIATE")
        keep = "INSERT OR IGNORE INTO seen VALUES (?, ?)"
        is_new = shop.execute(keep, (event_id, int(time.time()))).rowcount == 1
        if is_new:
            act(shop, event)
            shop.execute("DELETE FROM seen WHERE at < ?", (int(time.time()) - REMEMBERED_S,))
        shop.execute("COMMIT")
        if is_new:
            order = event["data"].get("orderId") or ""
            print(f"{event['type']} {order}: {paid_for(shop)} units are paid for", flush=True)
    finally:
        shop.close()


def is_the_engines(headers, body):
    """Whether the engine has signed it, within five minutes of now."""
    names = ("webhook-id", "webhook-timestamp", "webhook-signature")
    event_id, sent_at, signatures = (headers.get(name, "") for name in names)
    if not event_id or not sent_at.isdecimal() or abs(time.time() - int(sent_at)) > TOLERANCE_S:
        return False
    mac = hmac.new(hmac_key, f"{event_id}.{sent_at}.".encode() + body, hashlib.sha256).digest()
    right = "v1," + base64.b64encode(mac).decode()
    return any(hmac.compare_digest(right.encode(), each.encode()) for each in signatures.split(" "))


class Receiver(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Of a connection that says nothing, in seconds.
    timeout = 60

    def do_POST(self):
        length = self.headers.get("content-length", "")
        if not length.isdecimal() or int(length) > BODY_BYTES_MAX:
            return self.answer(400)
        body = self.rfile.read(int(length))
        if not is_the_engines(self.headers, body):
            return self.answer(400)
        # Where this fails the connection ends without an answer, and the event comes again.
        take(self.headers["webhook-id"], json.loads(body))
        return self.answer(204)

    def answer(self, status):
        self.send_response(status)
        if status != 204:
            self.send_header("content-length", "0")
            self.send_header("connection", "close")
        self.end_headers()

    def log_message(self, *_):
        pass


shop = opened()
shop.execute("PRAGMA synchronous = FULL")
shop.execute("CREATE TABLE IF NOT EXISTS seen (id TEXT PRIMARY KEY, at INTEGER NOT NULL)")
shop.execute("CREATE TABLE IF NOT EXISTS paid (item INTEGER PRIMARY KEY, units INTEGER NOT NULL)")
server = ThreadingHTTPServer(("127.0.0.1", port), Receiver)
print(f"listening on port {server.server_port}: {paid_for(shop)} units are paid for", flush=True)
shop.close()
server.serve_forever()
