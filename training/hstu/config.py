"""The shape of an HSTU model, as its manifest states it (src/Streaming.Models/Hstu/HstuConfig.cs)."""
from dataclasses import asdict, dataclass

ACTIONS = ("impression", "click", "like", "share", "install", "purchase", "rating")


@dataclass(frozen=True)
class HstuConfig:
    layers: int = 2
    width: int = 64
    heads: int = 2
    head_width: int = 32
    window: int = 256
    content_width: int = 32
    output_width: int = 32
    time_bias: bool = True
    time_anchor: str = "self"
    actions: tuple = ACTIONS

    @property
    def heads_width(self) -> int:
        return self.heads * self.head_width

    @property
    def rebuild_tokens(self) -> int:
        """Tokens that the newest row of the last layer depends on: layers * (W - 1) + 1."""
        return self.layers * (self.window - 1) + 1

    def manifest(self) -> dict:
        return {**asdict(self), "actions": list(self.actions)}
