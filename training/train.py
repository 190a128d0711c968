"""Train the pore networks and write them as ONNX.

    PYTHONPATH=src python training/train.py PHOTOS FOLDER [--nets cheek_a glabella nose_a all]

PHOTOS holds NAME.png, NAME_pores.png and NAME_zone.png at 12.5 px/mm. FOLDER receives one network
for each zone, trained without it, to score it by; and all.onnx, trained on every zone.
"""

import argparse
import time
from pathlib import Path

import cv2
import numpy as np
import torch
from augment import CROP, Crop, crop_of
from examples import ZONES, Example, labelled, rendered, shares
from network import N_INPUTS, PoreNetwork, n_weights, seeded
from torch import Tensor
from torch.nn import functional

BATCH = 18
STEPS = 650
RATE = 4e-3
RENDERS = 96
RENDERED_SHARE = 0.45  # of every batch
SEED = 1


def loss_of(out: Tensor, target: Tensor, weight: Tensor) -> Tensor:
    """Return the cross entropy of middles and pixels, overlap of pixels, error of sizes."""
    middle, cover, size = out.split(1, dim=1)
    t_middle, t_cover, t_size = target.split(1, dim=1)
    w, _, w_size = weight.split(1, dim=1)

    def entropy(odds: Tensor, truth: Tensor, gain: float) -> Tensor:
        each = functional.binary_cross_entropy_with_logits(odds, truth, reduction="none")
        return (each * (1.0 + gain * truth) * w).sum() / w.sum()

    p, t = torch.sigmoid(cover) * w, t_cover * w
    sums = (1, 2, 3)
    overlap = (2.0 * (p * t).sum(sums) + 20.0) / ((p * p).sum(sums) + (t * t).sum(sums) + 20.0)
    wrong = functional.smooth_l1_loss(size, t_size, reduction="none", beta=0.1)
    of_size = (wrong * w_size).sum() / (w_size.sum() + 1.0)
    return (
        entropy(cover, t_cover, 1.0)
        + 0.7 * (1.0 - overlap).mean()
        + 2.0 * entropy(middle, t_middle, 1.0)
        + 2.0 * of_size
    )


def batch_of(
    real: list[Example], virtual: list[Example], draw: np.random.Generator
) -> tuple[Tensor, Tensor, Tensor]:
    """Draw a batch, always with the same share of renders."""
    n_virtual = round(RENDERED_SHARE * BATCH) if real else BATCH
    odds = shares(real) if real else None
    crops: list[Crop] = [
        crop_of(real[draw.choice(len(real), p=odds)], draw) for _ in range(BATCH - n_virtual)
    ]
    crops += [crop_of(virtual[draw.integers(len(virtual))], draw) for _ in range(n_virtual)]
    image, target, weight = (
        torch.from_numpy(np.stack([getattr(c, name) for c in crops]))
        for name in ("image", "target", "weight")
    )
    return image, target, weight


def trained(real: list[Example], virtual: list[Example], steps: int, seed: int) -> PoreNetwork:
    """Return the running mean of the weights."""
    network = seeded(seed).to(memory_format=torch.channels_last)
    draw = np.random.default_rng(seed)
    network.train()
    mean = {name: value.clone() for name, value in network.state_dict().items()}
    descent = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=1e-3)
    started, losses = time.perf_counter(), []
    for step in range(steps):
        rate = RATE * min(1.0, (step + 1) / 30)
        rate *= 0.01 + 0.99 * np.cos(0.5 * np.pi * step / steps) ** 2
        for group in descent.param_groups:
            group["lr"] = rate
        image, target, weight = batch_of(real, virtual, draw)
        loss = loss_of(network(image.contiguous(memory_format=torch.channels_last)), target, weight)
        descent.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 2.0)
        descent.step()
        losses.append(loss.item())
        keep = min(0.985, step / (step + 20))
        with torch.no_grad():
            for name, value in network.state_dict().items():
                if value.is_floating_point():
                    mean[name].mul_(keep).add_(value, alpha=1.0 - keep)
        if (step + 1) % 100 == 0:
            spent = time.perf_counter() - started
            print(f"step {step + 1}: loss {np.mean(losses[-100:]):.4f}, {spent:.0f} s", flush=True)
    network.load_state_dict(mean)
    return network.eval()


def write(network: PoreNetwork, path: Path) -> None:
    """Write it for OpenCV, for pictures of any size."""
    torch.onnx.export(
        network,
        (torch.zeros(1, N_INPUTS, CROP, CROP),),
        str(path),
        dynamo=False,
        opset_version=13,
        input_names=["skin"],
        output_names=["pores"],
        dynamic_axes={"skin": {2: "rows", 3: "cols"}, "pores": {2: "rows", 3: "cols"}},
    )


def main() -> None:
    """Train."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("photos", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--nets", nargs="+", choices=(*ZONES, "all"), default=(*ZONES, "all"))
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--seed", type=int, default=SEED)
    chosen = parser.parse_args()
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    chosen.folder.mkdir(parents=True, exist_ok=True)
    real = {name: labelled(chosen.photos, name) for name in ZONES}
    virtual = rendered(RENDERS, 1000 * chosen.seed)
    for net in chosen.nets:
        print(net, flush=True)
        seen = [example for name, example in real.items() if name != net]
        network = trained(seen, virtual, chosen.steps, chosen.seed)
        path = chosen.folder / f"{net}.onnx"
        write(network, path)
        print(f"{n_weights(network)} weights, {path.stat().st_size} bytes", flush=True)


if __name__ == "__main__":
    main()
