"""Eight programs post ten-line deliveries of the same twenty items at once: is anything lost, who has to wait?"""

from collections import Counter
from typing import Any

from bench import processes
from bench.company import PLENTY, Company
from bench.databases import Lab, Place
from bench.measure import MS, Figure, Target
from bench.posting import LINES
from jxc_desktop.services import integrity

CLIENTS, ITEMS, SECONDS = 8, 20, 15


def run(lab: Lab) -> list[Figure]:
    return [figure for place in lab.places for figure in _measured(place)]


def _measured(place: Place) -> list[Figure]:
    with place.fresh() as address:
        company = Company(address)
        company.found(ITEMS)
        company.close()
        found = _together(address)
        company = Company(address)
        wrong = _wrong(company, found)
        company.close()
    counts = [len(client["keys"]) for client in found]
    waits = [wait for client in found for wait in client["waits"]]
    people, name = f"{CLIENTS} processes, {ITEMS} hot items", place.name
    return [
        Figure(f"{people}: documents", [sum(counts) / SECONDS], "/s", database=name),
        Figure("… errors shown, lost, doubled, wrong", [sum(wrong.values())], "", target=Target(0, 0), database=name,
               note=", ".join(f"{k} {v}" for k, v in wrong.items())),
        Figure("… slowest ÷ fastest client's documents", [min(counts) / max(counts)], "",
               target=Target(0.5, 0.8, least=True), database=name, note=f"{min(counts)} to {max(counts)}"),
        Figure("… longest wait", [max(waits)], "s", target=Target(2, 0.5), database=name),
        Figure("… wait", [wait * MS for wait in waits], database=name)]


def _together(address: str) -> list[dict[str, Any]]:
    """All clients begin when the last one is ready."""
    clients = [processes.start("bench.client", address, f"c{number}", SECONDS) for number in range(CLIENTS)]
    for client in clients:
        assert client.stdout and client.stdout.readline() == "ready\n"
    for client in clients:
        assert client.stdin
        client.stdin.write("go\n")
        client.stdin.flush()
    return [processes.result(client) for client in clients]


def _wrong(company: Company, found: list[dict[str, Any]]) -> dict[str, int]:
    """Errors that clients were shown; documents acknowledged and not there, or there but not once; broken sums."""
    acknowledged = {key for client in found for key in client["keys"]}
    with company.engine.connect() as connection:
        there = Counter(row[0] for row in connection.exec_driver_sql(
            "SELECT remark FROM document WHERE kind = 'delivery_note'"))
        left = connection.exec_driver_sql("SELECT sum(on_hand) FROM stock_balance").scalar_one()
    documents = sum(there.values())
    broken = [r.check for r in integrity.check(company.engine) if not r.passed]
    return {"errors": sum(len(client["errors"]) for client in found), "lost": len(acknowledged - there.keys()),
            "doubled": documents - len(acknowledged & there.keys()),
            "wrong": len(broken) + (left != (PLENTY * ITEMS - LINES * documents) * 10_000)}
