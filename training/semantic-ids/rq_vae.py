"""RQ-VAE: Lee et al. 2022 (arXiv 2203.01941), as TIGER uses it for semantic IDs (Rajput et al. 2023, arXiv 2305.05065)."""
import torch
from torch import nn

from networks import kmeans, mlp, nearest_codes

COMMITMENT = 0.25


class RqVae(nn.Module):
    normalise_residuals = False

    def __init__(self, dimension: int, hidden: list, latent: int, layers: int, size: int):
        super().__init__()
        self.encoder = mlp([dimension, *hidden, latent])
        self.decoder = mlp([latent, *reversed(hidden), dimension])
        # Without k-means: small numbers that know nothing of the rows.
        self.centroids = nn.Parameter((torch.rand(layers, size, latent) * 2 - 1) / size)

    @torch.no_grad()
    def initialise(self, rows: torch.Tensor) -> None:
        """Each layer's centroids by k-means on what the layers before left over of the first encodings."""
        residual = self.encoder(rows)
        for layer in range(len(self.centroids)):
            self.centroids[layer] = kmeans(residual, self.centroids.shape[1])
            residual = residual - self.centroids[layer][nearest_codes(residual, self.centroids[layer])]

    def loss(self, rows: torch.Tensor, _pairs: torch.Tensor) -> dict:
        encoded = self.encoder(rows)
        residual, quantised, codebook = encoded, torch.zeros_like(encoded), 0.0
        for centroids in self.centroids:
            chosen = centroids[nearest_codes(residual.detach(), centroids.detach())]
            codebook = codebook + ((residual.detach() - chosen) ** 2).sum(1).mean() + COMMITMENT * ((residual - chosen.detach()) ** 2).sum(1).mean()
            quantised = quantised + chosen
            residual = residual - chosen.detach()
        # Straight through: the decoder sees the quantised values, the encoder gets their gradient.
        decoded = self.decoder(encoded + (quantised - encoded).detach())
        return {"reconstruction": ((decoded - rows) ** 2).sum(1).mean(), "codebook": codebook}

    def exported_centroids(self) -> torch.Tensor:
        return self.centroids.detach()

    def exported_projection(self) -> list:
        return [(layer.weight.detach(), layer.bias.detach()) for layer in self.encoder if isinstance(layer, nn.Linear)]
