"""One PC among several: posts ten-line deliveries of hot items as fast as it can. Run by bench.concurrency.

python -m bench.client URL NAME SECONDS: says "ready", waits for a line, and prints what happened.
"""

import json
import random
import sys
import time
from typing import Any

from bench.company import Company
from bench.posting import DAY, LINES
from jxc_desktop.errors import UserError


def work(company: Company, name: str, seconds: float) -> dict[str, Any]:
    """Post until the time is over; the keys of what was acknowledged, how long each took, errors shown."""
    items, [customer, *_], chance = company.ids("item"), company.ids("partner"), random.Random(name)
    sys.stdin.readline()
    waits: list[float] = []
    keys: list[str] = []
    errors: list[str] = []
    end = time.monotonic() + seconds
    while (begin := time.monotonic()) < end:
        key = f"{name}-{len(waits)}"
        draft = company.draft("delivery_note", chance.sample(items, LINES), DAY, partner_id=customer, remark=key)
        try:
            company.post(draft, key)
            keys.append(key)
        except UserError as error:
            errors.append(str(error))
        waits.append(time.monotonic() - begin)
    return {"waits": waits, "keys": keys, "errors": errors}


def main(address: str, name: str, seconds: str) -> None:
    company = Company(address, f"PC {name}")
    company.ids("warehouse")
    print("ready", flush=True)
    print(json.dumps(work(company, name, float(seconds))))
    company.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
