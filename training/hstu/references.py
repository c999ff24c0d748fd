"""Makes the reference vectors that the C# tests compare with.

    python3 -m training.hstu.references tests/Streaming.Models.Tests/Hstu/references

One folder a case: a model as the platform loads it, tokens.json (what cannot be float32), and expected.safetensors with
contents [n, C], rows.0 .. rows.L [n, D] (the residual stream before the first layer and after each, of the whole
sequence) and embeddings [n, O]: row i is the user embedding right after event i, made from the events up to i alone.
Weights are random and large enough that every term counts. Computed in float64.

text-encoder.json holds texts and what training takes for their embeddings by models/encoder-hashed-1: training and
platform must cut words and hash them alike, or a learned encoder would learn for another one.
"""
import pathlib
import sys

import torch

from . import safetensors_file, text_encoder
from .config import HstuConfig
from .export import save_model, write_json
from .model import Hstu

ACTIONS = ("impression", "click", "install")
CASES = {
    "self-time": (HstuConfig(3, 24, 2, 8, 7, 12, 10, True, "self", ACTIONS), 40),
    "self-order": (HstuConfig(2, 16, 3, 8, 9, 8, 6, False, "self", ACTIONS), 30),
    "self-young": (HstuConfig(2, 32, 1, 16, 48, 10, 12, True, "self", ACTIONS), 20),
    "next-time": (HstuConfig(3, 24, 2, 8, 7, 12, 10, True, "next", ACTIONS), 40),
    "next-young": (HstuConfig(2, 32, 1, 16, 48, 10, 12, True, "next", ACTIONS), 20),
}
TEXTS = [
    "", "!? \u2014 ''", "Toy Story (1995) Adventure Animation", "don't stop, rock \u2019n\u2019 roll 24/7", "\u00c9CLAIR caf\u00e9 cafe\u0301 \uff33\uff21\uff2c\uff25",
    "\u0436\u0430\u0440\u043f\u0442\u0438\u0446\u0430 \u0439\u043e\u0434", "\u706b\u306e\u9ce5", "\u0939\u093f\u0928\u094d\u0926\u0940 \u0e20\u0e32\u0e29\u0e32", "\u0130stanbul \u1e9e\u00df", "\U00010428\U00010429\U0001042a a",
    "x" * 200, "word " * 400,
]


def random_model(config: HstuConfig, generator: torch.Generator) -> Hstu:
    model = Hstu(config).double().eval()
    for name, tensor in model.tensors().items():
        scale = 1.5 * tensor.shape[0] ** -0.5 if name.endswith("uvqk") else \
            1.0 if name.endswith("_bias") else 0.1 if tensor.dim() == 1 else 1.5 * tensor.shape[-1] ** -0.5
        # Rounded to float32 first: the platform computes with exactly these weights.
        tensor.copy_((scale * torch.randn(tensor.shape, generator=generator)).double())
    return model


def random_times(count: int, generator: torch.Generator) -> torch.Tensor:
    """Gaps from nothing to months; some events are older than the one before."""
    gaps = (10 ** (7 * torch.rand(count, generator=generator, dtype=torch.float64))).long()
    kind = torch.randint(0, 5, (count,), generator=generator)
    gaps = torch.where(kind == 0, torch.zeros_like(gaps), torch.where(kind == 1, -(gaps % 5_000), gaps))
    return 1_700_000_000 + gaps.cumsum(0)


def write_case(folder: pathlib.Path, config: HstuConfig, count: int, seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    model = random_model(config, generator)
    contents = torch.nn.functional.normalize(torch.randn(count, config.content_width, generator=generator), dim=-1)
    known = torch.rand(count, generator=generator) >= 0.2
    actions = torch.randint(0, len(config.actions), (count,), generator=generator)
    times = random_times(count, generator)
    contents[~known] = 0

    def run(upto: int) -> list:
        batch = [part[None, :upto] for part in (contents.double(), known, actions, times)]
        return model.rows(*batch, torch.zeros(1, upto, dtype=torch.int64))

    with torch.no_grad():
        rows = run(count)
        embeddings = torch.cat([model.embed(run(upto)[-1][:, -1]) for upto in range(1, count + 1)])
    expected = {"contents": contents, "embeddings": embeddings, **{f"rows.{i}": row[0] for i, row in enumerate(rows)}}

    save_model(folder, model, f"reference-{folder.name}", trained=False)
    tokens = [
        {"known": bool(known[i]), "action": int(actions[i]), "event_time_seconds": int(times[i])} for i in range(count)
    ]
    write_json(folder / "tokens.json", tokens)
    (folder / "expected.safetensors").write_bytes(safetensors_file.encode(expected))


def main() -> None:
    out = pathlib.Path(sys.argv[1])
    for seed, (name, (config, count)) in enumerate(CASES.items()):
        write_case(out / name, config, count, seed)
        print(f"{out / name}: {sum(path.stat().st_size for path in (out / name).iterdir())} bytes")
    with torch.no_grad():
        embeddings = text_encoder.TextEncoder(TEXTS, text_encoder.DEFAULT["dimension"])()
    write_json(out / "text-encoder.json", [{"text": text, "embedding": row.tolist()} for text, row in zip(TEXTS, embeddings)])


if __name__ == "__main__":
    main()
