"""R3-VAE after its published description (Wan et al. 2026, arXiv 2604.11440), read from the abstract and summaries: no code of it was seen.

What the description says, and what is taken for it here:
- "a reference vector as a semantic anchor for the initial features": a learned vector is subtracted from the encoder's output; it begins as the
  mean of the first encodings. In the exported projection it is part of the last bias.
- "a dot-product-based rating mechanism": a layer rates every code by the cosine of residual and code. The best one is taken; backwards, the
  gradient goes through the softmax of all ratings, so it reaches every code and every encoding, in place of the straight-through estimator.
  Codes have a norm of 1, so the highest rating is the nearest by L2, which is how the platform assigns; residuals are normalised between layers.
- "Semantic Cohesion and Preference Discrimination as regularisation": cohesion is the cosine of a creative's own embedding with the mean of
  those that share its code; discrimination is that creatives met one after the other rate alike, more than creatives at random. Both are of the
  soft ratings. Formulas and weights are ours.
"""
import torch
from torch import nn

from networks import kmeans, mlp, unit

TEMPERATURE = 0.1
COHESION = 0.1
DISCRIMINATION = 0.1
PAIRS = 512


class R3Vae(nn.Module):
    normalise_residuals = True

    def __init__(self, dimension: int, hidden: list, latent: int, layers: int, size: int):
        super().__init__()
        self.encoder = mlp([dimension, *hidden, latent])
        # Norms of residuals are lost, so the decoder sees each layer's code for itself.
        self.decoder = mlp([latent * layers, *reversed(hidden), dimension])
        self.reference = nn.Parameter(torch.zeros(latent))
        self.centroids = nn.Parameter(torch.randn(layers, size, latent))

    @torch.no_grad()
    def initialise(self, rows: torch.Tensor) -> None:
        """Codes by k-means on the directions of the residuals."""
        residual = self.anchored(rows)
        for layer in range(len(self.centroids)):
            self.centroids[layer] = kmeans(unit(residual), self.centroids.shape[1])
            codes = unit(self.centroids[layer])
            residual = (residual if layer == 0 else unit(residual)) - codes[(unit(residual) @ codes.T).argmax(1)]

    @torch.no_grad()
    def anchor(self, rows: torch.Tensor) -> None:
        self.reference.copy_(self.encoder(rows).mean(0))

    def anchored(self, rows: torch.Tensor) -> torch.Tensor:
        return self.encoder(rows) - self.reference

    def loss(self, rows: torch.Tensor, pairs: torch.Tensor) -> dict:
        quantised, ratings = self.quantise(self.anchored(rows))
        decoded = self.decoder(torch.cat(quantised, 1))
        return {
            "reconstruction": ((decoded - rows) ** 2).sum(1).mean(),
            "cohesion": COHESION * sum(self.incohesion(rows, rating) for rating in ratings) / len(ratings),
            "discrimination": DISCRIMINATION * self.indiscrimination(pairs),
        }

    def quantise(self, residual: torch.Tensor) -> tuple:
        quantised, ratings = [], []
        for layer, centroids in enumerate(self.centroids):
            if layer > 0:
                residual = unit(residual)
            codes = unit(centroids)
            rating = torch.softmax(unit(residual) @ codes.T / TEMPERATURE, 1)
            soft = rating @ codes
            chosen = soft + (codes[rating.argmax(1)] - soft).detach()
            quantised.append(chosen)
            ratings.append(rating)
            residual = residual - chosen
        return quantised, ratings

    @staticmethod
    def incohesion(rows: torch.Tensor, rating: torch.Tensor) -> torch.Tensor:
        means = unit(rating.T @ unit(rows))
        return 1 - (rating * (unit(rows) @ means.T)).sum(1).mean()

    def indiscrimination(self, pairs: torch.Tensor) -> torch.Tensor:
        """pairs: [3, n, dimension]: creatives, those met next, and creatives at random."""
        if pairs.shape[1] == 0:
            return torch.zeros((), device=pairs.device)
        ratings = [self.quantise(self.anchored(side))[1] for side in pairs]
        terms = [
            nn.functional.softplus(-(own.mul(near).sum(1) - own.mul(other).sum(1)) / TEMPERATURE).mean()
            for own, near, other in zip(*ratings)
        ]
        return sum(terms) / len(terms)

    def exported_centroids(self) -> torch.Tensor:
        return unit(self.centroids.detach())

    def exported_projection(self) -> list:
        layers = [(layer.weight.detach(), layer.bias.detach()) for layer in self.encoder if isinstance(layer, nn.Linear)]
        return layers[:-1] + [(layers[-1][0], layers[-1][1] - self.reference.detach())]
