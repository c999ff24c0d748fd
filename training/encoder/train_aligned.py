#!/usr/bin/env python3
"""Trains the aligned text encoder, its unaligned ablation, and the fused encoder; writes their folders and results.json.

Text: hashed n-grams -> 32 numbers, by two losses: (1) distillation: the similarities of a teacher (all-MiniLM-L6-v2) among products,
ads and single words; (2) alignment: a full softmax over the creatives that the training users engaged with next. The weight of the
first and the drop-out of tokens are chosen by validation users; test users are looked at once, at the end.
Fusion: the text encoder frozen, an image tower and a fusion head trained by (2) on synthetic pictures (pictures.py), with text and
picture left out at random, so that learned vectors stand for what is missing.

Data: a folder with creatives.jsonl and events.jsonl (`streaming export --data amazon-industrial`), texts.jsonl (corpus.py) and teacher.f16
(`streaming encoder embed`). Needs PyTorch 1.13 or later and numpy; a GPU, or an hour of patience:
python3 training/encoder/train_aligned.py --data FOLDER --out FOLDER
"""
import argparse
import copy
import json
import math
import pathlib
import sys
import time

import torch
from torch.nn import functional as F

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
sys.path.insert(1, str(pathlib.Path(__file__).resolve().parents[1] / "hstu"))
import manifests  # noqa: E402
import pictures  # noqa: E402
import student  # noqa: E402
import tokenizer  # noqa: E402
from pairs import Pairs  # noqa: E402

VERSION, UNALIGNED_VERSION, FUSED_VERSION = "aligned-text-1", "distilled-text-1", "fused-synthetic-1"
TEACHER_DIMENSION = 384
NEAREST = 10
BATCH_PAIRS, BATCH_TEXTS = 4096, 2048
TEACHER_TEMPERATURE = 0.05
REFERENCE_TEXTS = [
    "Light running shoes, 20% off", "Stainless steel hex nipple, 1 inch NPT", "PLA filament 1.75 mm, red", "Fresh roasted coffee beans", "",
    "Flüge nach München ab Berlin", "digital caliper with LCD screen",
]


class Data:
    def __init__(self, folder: pathlib.Path, device):
        self.pairs = Pairs(folder)
        with (folder / "texts.jsonl").open(encoding="utf-8") as lines:
            texts = [json.loads(line) for line in lines]
        if texts[:len(self.pairs.texts)] != self.pairs.texts:
            raise SystemExit("texts.jsonl does not begin with the texts of creatives.jsonl")
        content = (folder / "teacher.f16").read_bytes()
        if len(content) != len(texts) * TEACHER_DIMENSION * 2:
            raise SystemExit(f"teacher.f16 has {len(content)} bytes; {len(texts)} texts need {len(texts) * TEACHER_DIMENSION * 2}")
        teacher = torch.frombuffer(bytearray(content), dtype=torch.float16).float().reshape(len(texts), TEACHER_DIMENSION)
        self.device = device
        self.teacher = F.normalize(teacher, dim=-1).to(device)
        self.items = len(self.pairs.texts)
        bags = [tokenizer.tokenize(text, manifests.TOKENIZER) for text in texts]
        self.all_texts = student.Bags.of(bags, device)
        self.products = student.Bags.of(bags[:self.items], device)
        self.cold = torch.tensor(self.pairs.cold, device=device)
        self.train = torch.tensor(list(self.pairs.train), device=device)
        self.weights = torch.tensor(list(self.pairs.train.values()), device=device)
        self.validation = torch.tensor(self.pairs.validation, device=device)
        self.test = torch.tensor(self.pairs.test, device=device)
        trained = torch.zeros(self.items, dtype=torch.bool)
        trained[sorted(self.pairs.trained)] = True
        self.unseen = ~trained.to(device)[self.test[:, 1]]


@torch.no_grad()
def hits(vectors: torch.Tensor, pairs: torch.Tensor) -> torch.Tensor:
    """Whether the second of a pair is among the nearest of the first; equal scores count against it."""
    scores = vectors[pairs[:, 0]] @ vectors.T
    rows = torch.arange(len(pairs), device=pairs.device)
    wanted = scores[rows, pairs[:, 1]].unsqueeze(1)
    better = scores >= wanted
    better[rows, pairs[:, 0]] = False
    better[rows, pairs[:, 1]] = False
    return better.sum(dim=1) < NEAREST


def recall(vectors: torch.Tensor, pairs: torch.Tensor) -> float:
    return hits(vectors, pairs).float().mean().item()


def test_figures(vectors: torch.Tensor, data: Data) -> dict:
    found = hits(vectors, data.test).float()
    return {"recall10": round(found.mean().item(), 4), "unseen_recall10": round(found[data.unseen].mean().item(), 4),
            "pairs": len(found), "unseen_pairs": int(data.unseen.sum())}


def alignment_loss(vectors: torch.Tensor, data: Data, scale: torch.Tensor) -> torch.Tensor:
    """Cross-entropy of the next creative among all that may be trained on, both ways."""
    chosen = data.train[torch.multinomial(data.weights, BATCH_PAIRS, replacement=True)]
    swap = torch.rand(BATCH_PAIRS, device=data.device) < 0.5
    source = torch.where(swap, chosen[:, 1], chosen[:, 0])
    target = torch.where(swap, chosen[:, 0], chosen[:, 1])
    logits = vectors[source] @ vectors.T * scale.exp()
    closed = data.cold.unsqueeze(0) | (torch.arange(data.items, device=data.device).unsqueeze(0) == source.unsqueeze(1))
    return F.cross_entropy(logits.masked_fill(closed, -1e4), target)


def distillation_loss(model: student.TextStudent, data: Data, scale: torch.Tensor, drop: float) -> torch.Tensor:
    """The teacher's neighbours among a random batch of texts, and its similarities."""
    rows = torch.randperm(len(data.teacher), device=data.device)[:BATCH_TEXTS]
    vectors = model(data.all_texts.select(rows), drop)
    teacher = data.teacher[rows] @ data.teacher[rows].T
    own = vectors @ vectors.T
    itself = torch.eye(len(rows), dtype=torch.bool, device=data.device)
    wanted = F.softmax((teacher / TEACHER_TEMPERATURE).masked_fill(itself, -1e4), dim=-1)
    given = F.log_softmax((own * scale.exp()).masked_fill(itself, -1e4), dim=-1)
    return F.kl_div(given, wanted, reduction="batchmean") + 5 * F.mse_loss(own, teacher)


def train_text(data: Data, seed: int, align: float, distill: float, drop: float, steps: int) -> tuple:
    """The model of the best validation recall, and that recall."""
    torch.manual_seed(seed)
    model = student.TextStudent(torch.Generator().manual_seed(seed)).to(data.device)
    align_scale = torch.tensor(math.log(12.0), device=data.device, requires_grad=True)
    distill_scale = torch.tensor(math.log(12.0), device=data.device, requires_grad=True)
    optimiser = torch.optim.AdamW([{"params": model.parameters(), "lr": 4e-3}, {"params": [align_scale, distill_scale], "lr": 1e-2}], weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: min(1.0, step / 50) * (0.02 + 0.98 * (0.5 + 0.5 * math.cos(math.pi * step / steps))))
    best, best_recall = None, -1.0
    for step in range(1, steps + 1):
        loss = 0
        if align > 0:
            loss = loss + align * alignment_loss(model(data.products, drop), data, align_scale)
        if distill > 0:
            loss = loss + distill * distillation_loss(model, data, distill_scale, drop)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        # Without alignment the last step is taken: validation pairs are behaviour, which the ablation must not see.
        if step % 50 == 0 or step == steps:
            with torch.no_grad():
                found = recall(model(data.products), data.validation)
            if (align > 0 and found > best_recall) or step == steps and align == 0:
                best, best_recall = copy.deepcopy(model.state_dict()), found
    model.load_state_dict(best)
    return model.eval(), best_recall


def choose(data: Data, steps: int, log: list) -> tuple:
    """Grid by validation; then three seeds of the winner, of which the best by validation ships."""
    grid = []
    for distill in (0.0, 0.3, 1.0, 3.0):
        for drop in (0.2, 0.5):
            model, found = train_text(data, 1, 1.0, distill, drop, steps)
            log.append({"distill": distill, "drop": drop, "seed": 1, "validation": round(found, 4), "test": test_figures(vectors_of(model, data), data)})
            print(json.dumps(log[-1]), flush=True)
            # Alignment alone is an ablation: an encoder that knows product words only is of no use for other creatives.
            if distill > 0:
                grid.append((found, distill, drop, model))
    _, distill, drop, first = max(grid, key=lambda entry: entry[0])
    seeds = [(max(entry[0] for entry in grid if entry[1:3] == (distill, drop)), 1, first)]
    for seed in (2, 3):
        model, found = train_text(data, seed, 1.0, distill, drop, steps)
        log.append({"distill": distill, "drop": drop, "seed": seed, "validation": round(found, 4), "test": test_figures(vectors_of(model, data), data)})
        print(json.dumps(log[-1]), flush=True)
        seeds.append((found, seed, model))
    found, seed, model = max(seeds, key=lambda entry: entry[0])
    return model, {"distill": distill, "drop": drop, "seed": seed, "validation": round(found, 4)}


@torch.no_grad()
def vectors_of(model: student.TextStudent, data: Data) -> torch.Tensor:
    return model(data.products)


def clusters(data: Data) -> torch.Tensor:
    """Classes of pictures: k-means of the teacher's vectors of the products."""
    generator = torch.Generator().manual_seed(1)
    rows = data.teacher[:data.items]
    centres = rows[torch.randperm(data.items, generator=generator)[:pictures.CLASSES].to(data.device)]
    for _ in range(20):
        nearest = (rows @ centres.T).argmax(dim=1)
        sums = torch.zeros_like(centres).index_add(0, nearest, rows)
        centres = F.normalize(sums + 1e-6 * centres, dim=-1)
    return (rows @ centres.T).argmax(dim=1)


def train_fusion(text: student.TextStudent, data: Data, steps: int) -> tuple:
    torch.manual_seed(1)
    generator = torch.Generator(device=data.device).manual_seed(1)
    classes, words = clusters(data), vectors_of(text, data)
    image, fusion = student.ImageStudent().to(data.device), student.Fusion().to(data.device)
    scale = torch.tensor(math.log(12.0), device=data.device, requires_grad=True)
    optimiser = torch.optim.AdamW([*image.parameters(), *fusion.parameters(), scale], lr=2e-3, weight_decay=1e-3)
    for step in range(1, steps + 1):
        drawn = torch.rand(data.items, device=data.device)
        present = torch.stack([(drawn < 0.75).float(), (drawn > 0.45).float()], dim=1)
        loss = alignment_loss(fusion(words, image(pictures.draw(classes, generator)), present), data, scale)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        if step % 200 == 0:
            print(f"fusion step {step}: loss {loss.item():.3f}", flush=True)
    image.eval(), fusion.eval()
    figures = {}
    with torch.no_grad():
        seen = image(pictures.draw(classes, torch.Generator(device=data.device).manual_seed(2)))
        for name, has in {"text": (1.0, 0.0), "picture": (0.0, 1.0), "text and picture": (1.0, 1.0)}.items():
            figures[name] = test_figures(fusion(words, seen, torch.tensor(has, device=data.device).expand(data.items, 2)), data)
    return image, fusion, figures


@torch.no_grad()
def references(model: student.TextStudent, image=None, fusion=None) -> dict:
    """Embeddings of the reference texts; of a fused encoder without, with and of the formula picture alone."""
    device = model.table.device
    words = model(student.Bags.of([tokenizer.tokenize(text, manifests.TOKENIZER) for text in REFERENCE_TEXTS], device))
    if fusion is None:
        return {"texts": REFERENCE_TEXTS, "embeddings": rounded(words)}
    seen = image(student.formula_picture(device)).expand(len(REFERENCE_TEXTS), -1)

    def fused(text: float, picture: float) -> list:
        return rounded(fusion(words, seen, torch.tensor((text, picture), device=device).expand(len(REFERENCE_TEXTS), 2)))

    return {"texts": REFERENCE_TEXTS, "text_only": fused(1.0, 0.0), "with_picture": fused(1.0, 1.0), "picture_only": fused(0.0, 1.0)[0],
            "picture": "byte[c, y, x] = round(127.5 + 127.5 sin(0.05 x + 0.031 y + 1.7 c)), 224 x 224"}


def rounded(vectors: torch.Tensor) -> list:
    return [[round(value, 6) for value in row] for row in vectors.tolist()]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--steps", type=int, default=800)
    options = parser.parse_args()
    started = time.time()
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False
    data = Data(options.data, torch.device("cuda" if torch.cuda.is_available() else "cpu"))
    print(f"{data.items} creatives, {len(data.teacher)} texts, {len(data.train)} pairs, {len(data.validation)} / {len(data.test)} to validate / test, {time.time() - started:.0f} s", flush=True)

    log: list = []
    teacher = test_figures(data.teacher[:data.items], data)
    unaligned, _ = train_text(data, 1, 0.0, 1.0, 0.2, options.steps)
    results = {"teacher": teacher, UNALIGNED_VERSION: test_figures(vectors_of(unaligned, data), data)}
    print(json.dumps(results), flush=True)
    model, chosen = choose(data, options.steps, log)
    results[VERSION] = {**test_figures(vectors_of(model, data), data), "chosen": chosen}
    save(options.out / "encoder-distilled-1", manifests.text_manifest(UNALIGNED_VERSION, student.DIMENSION), unaligned)
    save(options.out / "encoder-default", manifests.text_manifest(VERSION, student.DIMENSION), model)
    write_results(options.out, results, log)

    image, fusion, figures = train_fusion(model, data, options.steps)
    results[FUSED_VERSION] = figures
    save(options.out / "encoder-fused-1", manifests.fused_manifest(FUSED_VERSION, student.DIMENSION), model, image, fusion)
    results["seconds"] = round(time.time() - started)
    write_results(options.out, results, log)
    print(json.dumps(results), flush=True)


def save(folder: pathlib.Path, manifest: dict, model: student.TextStudent, image=None, fusion=None) -> None:
    files = {"text.onnx": model.graph()}
    if fusion is not None:
        files |= {"image.onnx": image.graph(), "fusion.onnx": fusion.graph()}
    manifests.write(folder, manifest, files, references(model, image, fusion))


def write_results(folder: pathlib.Path, results: dict, log: list) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    content = {**results, "runs": log, "torch": torch.__version__, "device": torch.cuda.get_device_name(0) if torch.cuda.is_available() else "cpu"}
    (folder / "results.json").write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
