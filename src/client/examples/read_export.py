"""
Reads all orders of an item in one request, line by line as they come, and sums up what became of them.

    STAMPEDE_KEY=stampede_… python3 read_export.py http://127.0.0.1:3000 ITEM

The key needs the scope `orders:read`. Prints, for each status, orders, units and money in minor units. An export
that breaks off is an error, exit 1: nothing is printed of it.
"""

import json
import os
import sys
import urllib.request
from http.client import HTTPException



def orders_in(response):
    """Each order of an answer. Lines that `response` iterates by itself end early, without an error, where it breaks off."""
    rest = b""
    while part := response.read(65_536):
        *lines, rest = (rest + part).split(b"\n")
        yield from map(json.loads, lines)
    if rest:
        raise ValueError("its last line is not whole")


if len(sys.argv) != 3 or "STAMPEDE_KEY" not in os.environ:
    print("usage: STAMPEDE_KEY=stampede_… python3 read_export.py URL ITEM", file=sys.stderr)
    sys.exit(2)
url, item = sys.argv[1:]
headers = {"authorization": f"Bearer {os.environ['STAMPEDE_KEY']}"}
request = urllib.request.Request(f"{url}/api/admin/orders.jsonl?item={item}", headers=headers)
sums = {}
try:
    with urllib.request.urlopen(request, timeout=60) as response:
        for order in orders_in(response):
            sum_ = sums.setdefault(order["status"], {"orders": 0, "units": 0, "money": 0})
            sum_["orders"] += 1
            sum_["units"] += order["amount"]
            sum_["money"] += order["total"]
except (OSError, HTTPException, ValueError) as error:
    print(f"the export is not whole: {error!r}", file=sys.stderr)
    sys.exit(1)
print(json.dumps(sums))
