"""Trains codebooks as RQ-VAE and R3-VAE and writes them in the platform's format.

    python3 training/semantic-ids/train.py --data FOLDER --output FOLDER --seeds 1 2 3

makes rq-vae (k-means initialisation), rq-vae-none (without) and r3-vae with each seed, in a folder of its version below the output folder. FOLDER
of the data is what `streaming codebook export-embeddings DIR --output FOLDER` wrote. A CUDA card is used if there is one.
"""
import argparse
import json
import pathlib
import sys
import time

import torch

import codebook_file
import data as exported
import quality
from r3_vae import PAIRS, R3Vae
from rq_vae import RqVae

RUNS = {"rq-vae": (RqVae, True), "rq-vae-none": (RqVae, False), "r3-vae": (R3Vae, True)}
HIDDEN = [256, 128]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--output", type=pathlib.Path, required=True)
    parser.add_argument("--runs", nargs="*", choices=RUNS, default=list(RUNS))
    parser.add_argument("--layers", type=int, default=3)
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--latent", type=int, default=32)
    parser.add_argument("--epochs", type=int, default=500)
    parser.add_argument("--batch", type=int, default=1024)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--seeds", nargs="*", type=int, default=[1])
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    options = parser.parse_args()
    data = exported.read(options.data, options.device)
    for seed in options.seeds:
        for run in options.runs:
            print(json.dumps(make(run, seed, data, options)), flush=True)


def make(run: str, seed: int, data: exported.Data, options) -> dict:
    torch.manual_seed(seed)
    kind, kmeans = RUNS[run]
    model = kind(data.rows.shape[1], HIDDEN, options.latent, options.layers, options.size).to(options.device)
    if hasattr(model, "anchor"):
        model.anchor(data.rows)
    if kmeans:
        model.initialise(data.rows)
    began = time.time()
    losses = fit(model, data, options, run)
    result = ship(run, seed, model, data, options)
    return {**result, "losses": losses, "seconds": round(time.time() - began, 1), "device": options.device}


def fit(model, data: exported.Data, options, run: str) -> dict:
    optimiser = torch.optim.AdamW(model.parameters(), lr=options.rate, weight_decay=1e-4)
    steps = options.epochs * -(-len(data.rows) // options.batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, options.rate, total_steps=steps, pct_start=0.05)
    losses = {}
    for epoch in range(options.epochs):
        for batch in torch.randperm(len(data.rows), device=options.device).split(options.batch):
            losses = model.loss(data.rows[batch], draw_pairs(data))
            optimiser.zero_grad(set_to_none=True)
            sum(losses.values()).backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            schedule.step()
        if (epoch + 1) % max(1, options.epochs // 10) == 0:
            metrics = quality.measure(codes_of(model, data), options.size)
            perplexity = " / ".join(f"{level['perplexity']:.0f}" for level in metrics["levels"])
            print(f"{run}: epoch {epoch + 1}, collision {metrics['collision']:.2%}, perplexity {perplexity}", file=sys.stderr, flush=True)
    return {name: float(value) for name, value in losses.items()}


def draw_pairs(data: exported.Data) -> torch.Tensor:
    """[3, n, dimension]: creatives, those met next, and creatives at random."""
    if len(data.pairs) == 0:
        return data.rows.new_zeros((3, 0, data.rows.shape[1]))
    pairs = data.pairs[torch.randint(len(data.pairs), (PAIRS,), device=data.rows.device)]
    others = torch.randint(len(data.rows), (PAIRS,), device=data.rows.device)
    return torch.stack([data.rows[pairs[:, 0]], data.rows[pairs[:, 1]], data.rows[others]])


def codes_of(model, data: exported.Data) -> torch.Tensor:
    return quality.assign(data.rows, model.exported_projection(), model.exported_centroids(), model.normalise_residuals)


def ship(run: str, seed: int, model, data: exported.Data, options) -> dict:
    projection = [(flat(weight), flat(bias)) for weight, bias in model.exported_projection()]
    version = f"{run}-{options.layers}x{options.size}-{seed}"
    folder = options.output / version
    codebook_file.write(
        folder, version, data.encoder_version, run, model.normalise_residuals, data.rows.shape[1], options.layers, options.size,
        projection, flat(model.exported_centroids()))
    codes = codes_of(model, data)
    metrics = quality.measure(codes, options.size)
    for alarm in quality.alarms(metrics, options.size):
        print(f"{run}: {alarm}", file=sys.stderr, flush=True)
    # What the C# engine must give for the same rows, but for ties to rounding.
    (folder / "codes.json").write_text(json.dumps(codes.tolist()) + "\n", encoding="utf-8")
    return {"codebook_version": version, "method": run, **metrics}


def flat(values: torch.Tensor) -> list:
    return values.to("cpu", torch.float32).reshape(-1).tolist()


if __name__ == "__main__":
    main()
