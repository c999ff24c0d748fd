"""Trains all candidates of a grid with all its seeds, side by side on one device, in the order of the file.

    python3 -m training.hstu.grid training/hstu/grids/beauty.json --data FOLDER --results FOLDER [--slots 20] [--deadline 600]

FOLDER of the results gets, for each run: NAME.json (the result), NAME.log and, of an HSTU, the model's folder NAME. A run that exceeds its limit
or is under way at the deadline is ended and leaves no result; choose.py then leaves its candidate out. Longest first is best.
"""
import argparse
import json
import pathlib
import re
import subprocess
import sys
import time
from dataclasses import dataclass

CONFIGS = pathlib.Path(__file__).resolve().parent / "configs"


@dataclass
class Run:
    name: str
    settings: pathlib.Path
    changes: dict
    kind: str


@dataclass
class Running:
    run: Run
    process: subprocess.Popen
    began: float


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("grid", type=pathlib.Path)
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--results", type=pathlib.Path, required=True)
    parser.add_argument("--slots", type=int, default=20, help="runs side by side")
    parser.add_argument("--limit", type=float, default=240, help="seconds a run may take")
    parser.add_argument("--deadline", type=float, default=600, help="seconds from now until every run is ended")
    options = parser.parse_args()
    options.results.mkdir(parents=True, exist_ok=True)
    missing = work_off(runs(json.loads(options.grid.read_text(encoding="utf-8"))), options)
    print(f"without a result: {', '.join(missing) or 'none'}", flush=True)
    return 1 if missing else 0


def runs(grid: dict) -> list:
    """Candidate by candidate, each with all its seeds."""
    result = []
    for candidate in grid["candidates"]:
        settings = CONFIGS / candidate["settings"]
        kind, dataset = (json.loads(settings.read_text(encoding="utf-8"))[name] for name in ("kind", "dataset"))
        for seed in grid["seeds"]:
            changes = {**grid["set"], **candidate["set"], "seed": seed}
            label = re.sub(r"[^a-z0-9]+", "-", changes["variant"].replace("+", "-").replace("%", "-percent").lower()).strip("-")
            result.append(Run(f"{dataset}-{kind}-{label}-seed{seed}", settings, changes, kind))
    names = [run.name for run in result]
    if len(set(names)) < len(names):
        raise ValueError("Two candidates of the grid have one name: give each its own variant.")
    return result


def command(run: Run, options) -> list:
    line = [sys.executable, "-m", "training.hstu.train", str(run.settings), "--data", str(options.data), "--result", str(options.results / f"{run.name}.json")]
    if run.kind == "hstu":
        line += ["--export", str(options.results / run.name)]
    return line + ["--set", *(f"{name}={json.dumps(value)}" for name, value in run.changes.items())]


def work_off(waiting: list, options, start=subprocess.Popen, clock=time.monotonic, sleep=time.sleep) -> list:
    """Names of the runs that left no result."""
    began, waiting, running, failed, slowest = clock(), list(waiting), [], [], 0.0
    while waiting or running:
        late = clock() - began > options.deadline
        # What would not be through in time, by the slowest one so far, is not begun: it would only slow the others down.
        if clock() - began + slowest > options.deadline:
            failed += [run.name for run in waiting]
            waiting = []
        while waiting and len(running) < options.slots:
            run = waiting.pop(0)
            with open(options.results / f"{run.name}.log", "w", encoding="utf-8") as log:
                running.append(Running(run, start(command(run, options), stdout=log, stderr=subprocess.STDOUT), clock()))
        still = []
        for one in running:
            if one.process.poll() is None and (late or clock() - one.began > options.limit):
                one.process.kill()
                one.process.wait()
            code = one.process.poll()
            if code is None:
                still.append(one)
                continue
            if code == 0:
                slowest = max(slowest, clock() - one.began)
            else:
                failed.append(one.run.name)
            print(f"{clock() - began:5.0f} s: {one.run.name} {'done' if code == 0 else f'failed ({code})'} after {clock() - one.began:.0f} s, "
                  f"{len(waiting)} wait", flush=True)
        running = still
        sleep(0.2)
    return failed


if __name__ == "__main__":
    sys.exit(main())
