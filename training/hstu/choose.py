"""Chooses among the results of a grid by validation alone: the candidate of the best mean over seeds, and of it the best seed.

    python3 -m training.hstu.choose FOLDER

Prints every candidate, best first, and writes into the results which run ships: the chosen one of HSTU, no other. Test figures are printed and
never compared. A candidate without a result for each seed is left out.
"""
import argparse
import json
import pathlib
import statistics

SHIPS = "hstu"
FIGURES = ("hr10_unseen", "ndcg10_unseen", "hr10", "ndcg10")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("results", type=pathlib.Path)
    folder = parser.parse_args().results
    results = {path: json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))}
    shipped = None
    for kind in sorted({result["model"] for result in results.values()}):
        ranked = rank([result for result in results.values() if result["model"] == kind])
        for group in ranked:
            print(line(group))
        if kind == SHIPS and ranked:
            shipped = max(ranked[0], key=criterion)
            print(f"ships: {shipped['variant']}, seed {shipped['seed']}")
    for path, result in results.items():
        result["shipped"] = result is shipped
        path.write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n")


def rank(results: list) -> list:
    """The candidates that have all seeds, each a list of its results, the best mean of the validation's criterion first."""
    groups = {}
    for result in results:
        groups.setdefault(result["variant"], []).append(result)
    seeds = {result["seed"] for result in results}
    complete = [group for group in groups.values() if {result["seed"] for result in group} == seeds]
    return sorted(complete, key=lambda group: -statistics.mean(map(criterion, group)))


def criterion(result: dict) -> float:
    return result[f"valid_{result['settings']['criterion']}"]


def line(group: list) -> str:
    mean = lambda names: "/".join(f"{statistics.mean(result[name] for result in group):.4f}" for name in names)
    return (f"{group[0]['model']}, {group[0]['variant']}: {group[0]['settings']['criterion']} {', '.join(f'{criterion(result):.4f}' for result in group)}; "
            f"means over seeds of {', '.join(FIGURES)}: validation {mean(f'valid_{name}' for name in FIGURES)}, test {mean(FIGURES)}; "
            f"epochs {', '.join(str(result['epochs']) for result in group)}")


if __name__ == "__main__":
    main()
