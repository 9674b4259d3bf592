"""python -m tests.cases FILE --db sqlite|postgresql [--only ID]: plays worked cases on a fresh company each."""

import argparse
import sys
import time
import traceback
from collections import Counter
from pathlib import Path

from jxc_desktop.i18n import use_language
from tests.cases.databases import DATABASES, Fresh
from tests.cases.play import Player
from tests.cases.reading import Case, not_offered, read
from tests.company import opened


def main(arguments: list[str] | None = None) -> int:
    """Returns the exit code: 1 if a case failed."""
    use_language("en")
    options = _options(arguments)
    cases = [case for case in read(options.file) if not options.only or case["id"] in options.only]
    if unknown := set(options.only or ()) - {case["id"] for case in cases}:
        print(f"no such case: {', '.join(sorted(unknown))}")
        return 2
    skipped = {case["id"]: setting for case in cases if (setting := not_offered(case))}
    begun, results = time.monotonic(), Counter[bool]()
    with DATABASES[options.db]() as fresh:
        for case in cases:
            if case["id"] not in skipped:
                results[_passes(case, fresh, options.verbose)] += 1
    for case_id, setting in skipped.items():
        print(f"skipped {case_id}: the product does not offer {setting}")
    print(f"{options.db}: {time.monotonic() - begun:.1f} s")
    print(f"{results[True]} passed, {results[False]} failed, {len(skipped)} skipped")
    return 1 if results[False] else 0


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.cases", description=__doc__)
    parser.add_argument("file", type=Path, help="a file of cases")
    parser.add_argument("--db", choices=DATABASES, default="sqlite")
    parser.add_argument("--only", action="append", metavar="ID", help="only this case; may be repeated")
    parser.add_argument("--verbose", action="store_true", help="also show refusals, near figures and tracebacks")
    return parser.parse_args(arguments)


def _passes(case: Case, fresh: Fresh, verbose: bool) -> bool:
    """Play one case and print what is wrong; at the end its books have to agree."""
    lines: list[str] = []
    try:
        with fresh() as url, opened(url) as company:
            player = Player(company, case)
            lines += map(str, player.play())
            for said in player.refusals if verbose else ():
                print(f"  {said}")
            if player.deviations:
                print(f"near {case['id']}: {player.deviations} figure(s) within the tolerance, but not equal")
    except Exception as error:
        where = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{Path(where.filename).name}:{where.lineno}"
        lines.append(f"{case['id']} stopped: {type(error).__name__}: {error} ({place})")
        if verbose:
            traceback.print_exc(file=sys.stdout)
    print(*lines, sep="\n", end="\n" if lines else "", flush=True)
    return not lines


if __name__ == "__main__":
    sys.exit(main())
