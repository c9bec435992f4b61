"""
Sells one unit to a user who has logged in at your shop: mints a purchase token, keeps it, and places the order
with it until there is an answer. A token has one order at most, so whatever breaks, run it again for the same
checkout, and it goes on where it was.

    STAMPEDE_KEY=stampede_… python3 buy.py http://127.0.0.1:3000 CHECKOUT USER ITEM PROMO

The key needs the scope `mint`. CHECKOUT is your own number of the purchase; its token is kept in `checkouts.db`,
where a shop has a column. Prints the order; exit 1 where it is refused, and 3 where it is not known what became of
it.
"""

import json
import os
import sqlite3
import sys
import time
import urllib.error
import urllib.request
from http.client import HTTPException

PATIENCE_S = 30


def ask(path, body):
    """The answer's `data`, success or refusal; None where nobody answers for long."""
    headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}
    request = urllib.request.Request(url + path, json.dumps(body).encode(), headers)
    end = time.monotonic() + PATIENCE_S
    backoff = 0.2
    while True:
        after = backoff
        try:
            with urllib.request.urlopen(request, timeout=10) as response:
                return json.load(response)["data"]
        except urllib.error.HTTPError as error:
            # Nothing was done, or it is not known what: the same again, after a while.
            if error.code not in (429, 502, 503, 504):
                return json.load(error)["data"]
            asked = error.headers.get("retry-after", "")
            after = max(after, int(asked) if asked.isdecimal() else 0)
        except (OSError, HTTPException, ValueError) as error:
            print(f"no answer: {error}", file=sys.stderr)
        if time.monotonic() + after > end:
            return None
        time.sleep(after)
        backoff = min(2 * backoff, 5)


def token_of(checkout, body):
    """The token of the checkout: the one that was kept, or a new one, kept before it is used."""
    shop = sqlite3.connect("checkouts.db")
    shop.execute("CREATE TABLE IF NOT EXISTS checkouts (id TEXT PRIMARY KEY, token TEXT NOT NULL)")
    find = "SELECT token FROM checkouts WHERE id = ?"
    if shop.execute(find, (checkout,)).fetchone() is None:
        token = answered(ask("/api/admin/tokens", body))["token"]
        with shop:
            # Of two at once for one checkout the first one's counts.
            shop.execute("INSERT OR IGNORE INTO checkouts VALUES (?, ?)", (checkout, token))
    return shop.execute(find, (checkout,)).fetchone()[0]


def answered(data):
    if data is None:
        print("not known: run it again", file=sys.stderr)
        sys.exit(3)
    if "errCode" in data:
        print(f"refused: {data['errCode']} {data['errMsg']}", file=sys.stderr)
        sys.exit(1)
    return data


if len(sys.argv) != 6 or "STAMPEDE_KEY" not in os.environ:
    print("usage: STAMPEDE_KEY=stampede_… python3 buy.py URL CHECKOUT USER ITEM PROMO", file=sys.stderr)
    sys.exit(2)
key = os.environ["STAMPEDE_KEY"]
url, checkout = sys.argv[1:3]
user, item, promo = map(int, sys.argv[3:])
token = token_of(checkout, {"userId": user, "itemId": item, "promoId": promo})
print(json.dumps(answered(ask("/api/orders", {"token": token, "amount": 1}))))
