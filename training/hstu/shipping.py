"""Makes the folder that ships from a trained model."""
import pathlib

import torch

from . import export, safetensors_file, text_encoder
from .recommender import Recommender


def ship(folder: pathlib.Path, model: Recommender) -> dict:
    """Writes the model (and its text encoder or its creatives' vectors) and gives the fields that the run's result gains."""
    settings = model.settings
    export.save_model(folder, model.network, settings["model_version"], trained=True)
    if model.items.text is not None:
        text_encoder.save(folder.with_name(settings["encoder_folder"]), model.items.text, settings["encoder_version"])
    elif model.items.given is None:
        save_items(folder, model)
    return {"shipped": True, "model_version": settings["model_version"]}


@torch.no_grad()
def save_items(folder: pathlib.Path, model: Recommender) -> None:
    """Creatives that no text encoder makes: their vectors [creatives, C], in the order of items.txt, one creative ID a line."""
    (folder / "items.safetensors").write_bytes(safetensors_file.encode({"items": model.items()}))
    (folder / "items.txt").write_text("".join(f"{name}\n" for name in model.data.log.creative_ids), encoding="utf-8", newline="\n")
