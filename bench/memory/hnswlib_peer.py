"""Times hnswlib on one thread, one query at a time, over raw float32 files: one JSON line, in the form of the other vector peers.

hnswlib_peer.py --base base.f32 --query query.f32 --dim 64 --recall 0.98 [--k 10]
"""

import argparse
import json
import time

import hnswlib
import numpy as np

M = 16
EF_CONSTRUCTION = 200
EF = (10, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512)
PASSES = 5
INSERTS = 2_000
BLOCK = 100_000


def exact(base, queries, k):
    """The k rows with the greatest dot product, a block of rows at a time."""
    best = np.full((len(queries), k), -np.inf, np.float32)
    rows = np.zeros((len(queries), k), np.int64)
    for first in range(0, len(base), BLOCK):
        scores = np.hstack((best, queries @ base[first : first + BLOCK].T))
        numbers = np.hstack((rows, np.broadcast_to(np.arange(first, first + scores.shape[1] - k), (len(queries), scores.shape[1] - k))))
        top = np.argpartition(-scores, k, axis=1)[:, :k]
        best, rows = np.take_along_axis(scores, top, 1), np.take_along_axis(numbers, top, 1)
    return rows


def recall(index, queries, truth, k):
    found = [index.knn_query(q, k)[0][0] for q in queries]
    return float(np.mean([len(set(a) & set(b)) for a, b in zip(found, truth)]) / k)


def timed(index, queries, k):
    """Median rate of the passes, and percentiles of single queries in microseconds."""
    rates, laps = [], []
    for _ in range(PASSES):
        start = time.perf_counter()
        for q in queries:
            lap = time.perf_counter()
            index.knn_query(q, k)
            laps.append(time.perf_counter() - lap)
        rates.append(len(queries) / (time.perf_counter() - start))
    return sorted(rates)[PASSES // 2], np.percentile(laps, (50, 99)) * 1e6


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--base", required=True)
    parser.add_argument("--query", required=True)
    parser.add_argument("--dim", type=int, required=True)
    parser.add_argument("--recall", type=float, required=True)
    parser.add_argument("--k", type=int, default=10)
    a = parser.parse_args()
    base, queries = (np.fromfile(path, np.float32).reshape(-1, a.dim) for path in (a.base, a.query))
    truth = exact(base, queries, a.k)

    start = time.time()
    index = hnswlib.Index(space="ip", dim=a.dim)
    index.init_index(max_elements=len(base) + INSERTS, M=M, ef_construction=EF_CONSTRUCTION, random_seed=1)
    index.set_num_threads(1)
    index.add_items(base)
    line = {"peer": f"hnswlib-M{M}", "n": len(base), "dim": a.dim, "build_s": round(time.time() - start, 1)}

    for ef in EF:
        index.set_ef(ef)
        reached = recall(index, queries, truth, a.k)
        if reached >= a.recall:
            rate, (p50, p99) = timed(index, queries, a.k)
            line |= {"setting": f"ef {ef}", "recall": round(reached, 4), "queries_per_second": round(rate), "p50_us": round(p50, 1), "p99_us": round(p99, 1)}
            break
    else:
        line["error"] = f"no ef reaches recall {a.recall}"

    start = time.time()
    for number, vector in enumerate(base[:INSERTS]):
        index.add_items(vector[None], [len(base) + number])
    line["inserts_per_second"] = round(min(INSERTS, len(base)) / (time.time() - start))
    print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
