"""The same incremental HSTU step in PyTorch, compiled and replayed as a CUDA graph: the peer of the GPU engine.

Usage: python3 torch_step.py BATCH ...     prints one JSON object a line: {"batch", "device_s"} (median of CUDA events)

The shape is that of the engine's figures: 4 layers, 4 heads of 64, width 256, a window of 1,024, time bias on, bfloat16 weights, keys and values.
Every user's window is full and nobody shares memory. Keys and values lie in one ring of W slots for each user; all users are at the same slot,
which spares PyTorch the page table that the engine has.
"""
import json
import sys

import torch
import torch.nn.functional as F

LAYERS, WIDTH, HEADS, HEAD, WINDOW, CONTENT, OUTPUT, BUCKETS = 4, 256, 4, 64, 1024, 32, 32, 129
DEVICE, BF16 = "cuda", torch.bfloat16


class Step(torch.nn.Module):
    def __init__(self, batch):
        super().__init__()
        e = HEADS * HEAD

        def random(*shape, scale=1.0, dtype=torch.float32):
            return torch.nn.Parameter((torch.randn(*shape, device=DEVICE) * scale).to(dtype), requires_grad=False)

        self.content = random(WIDTH, CONTENT, scale=CONTENT ** -0.5)
        self.content_bias = random(WIDTH, scale=0.1)
        self.actions = random(3, WIDTH, scale=0.1)
        self.uvqk = torch.nn.ParameterList(random(WIDTH, 4 * e, scale=WIDTH ** -0.5, dtype=BF16) for _ in range(LAYERS))
        self.out = torch.nn.ParameterList(random(e, WIDTH, scale=e ** -0.5, dtype=BF16) for _ in range(LAYERS))
        self.out_bias = torch.nn.ParameterList(random(WIDTH, scale=0.1) for _ in range(LAYERS))
        self.position = torch.nn.ParameterList(random(WINDOW, scale=0.5) for _ in range(LAYERS))
        self.tau = torch.nn.ParameterList(random(BUCKETS, scale=0.5) for _ in range(LAYERS))
        self.head = random(WIDTH, OUTPUT, scale=WIDTH ** -0.5)
        self.head_bias = random(OUTPUT, scale=0.1)
        shape = (batch, HEADS, WINDOW, HEAD)
        self.keys = [torch.randn(shape, device=DEVICE, dtype=BF16) for _ in range(LAYERS)]
        self.values = [torch.randn(shape, device=DEVICE, dtype=BF16) for _ in range(LAYERS)]
        self.times = torch.randint(0, 10_000_000, (batch, WINDOW), device=DEVICE)

    def forward(self, content, action, time, slot):
        batch = content.shape[0]
        self.times.index_copy_(1, slot, time[:, None])
        lag = (slot - torch.arange(WINDOW, device=DEVICE)) % WINDOW
        distance = (time[:, None] - self.times).abs().clamp(min=1).float()
        bucket = (torch.log(distance) / 0.301).long().clamp(0, BUCKETS - 1)
        x = WIDTH ** 0.5 * (F.linear(content, self.content, self.content_bias) + self.actions[action])
        for layer in range(LAYERS):
            z = F.layer_norm(x, (WIDTH,), eps=1e-6)
            u, v, q, k = F.silu((z.to(BF16) @ self.uvqk[layer]).float()).view(batch, 4, HEADS, HEAD).unbind(1)
            self.keys[layer].index_copy_(2, slot, k.to(BF16)[:, :, None])
            self.values[layer].index_copy_(2, slot, v.to(BF16)[:, :, None])
            scores = (q.to(BF16)[:, :, None] @ self.keys[layer].transpose(2, 3)).float().squeeze(2)
            scores = F.silu(scores + self.position[layer][lag] + self.tau[layer][bucket][:, None])
            attended = (scores.to(BF16)[:, :, None] @ self.values[layer]).float().reshape(batch, -1) / WINDOW
            gated = u.reshape(batch, -1) * F.layer_norm(attended, (HEADS * HEAD,), eps=1e-6)
            x = x + (gated.to(BF16) @ self.out[layer]).float() + self.out_bias[layer]
        return F.normalize(x @ self.head + self.head_bias, dim=-1)


@torch.inference_mode()
def measure(batch):
    torch.manual_seed(1)
    torch._dynamo.reset()
    step = Step(batch)
    compiled = torch.compile(step, dynamic=False)
    arguments = (
        F.normalize(torch.randn(batch, CONTENT, device=DEVICE), dim=-1),
        torch.randint(0, 3, (batch,), device=DEVICE),
        torch.full((batch,), 10_000_001, device=DEVICE),
        torch.tensor([5], device=DEVICE),
    )
    side = torch.cuda.Stream()
    with torch.cuda.stream(side):
        for _ in range(3):
            compiled(*arguments)
    torch.cuda.synchronize()
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        compiled(*arguments)
    times = []
    for i in range(60):
        start, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
        start.record()
        graph.replay()
        end.record()
        torch.cuda.synchronize()
        if i >= 10:
            times.append(start.elapsed_time(end) / 1000)
    times.sort()
    return times[len(times) // 2]


if __name__ == "__main__":
    for size in map(int, sys.argv[1:]):
        print(json.dumps({"batch": size, "device_s": measure(size)}), flush=True)
