"""Train the pore networks and write them as ONNX.

    PYTHONPATH=src python training/train.py PHOTOS FOLDER [--nets cheek_a glabella nose_a all]

PHOTOS holds NAME.png, NAME_pores.png and NAME_zone.png at 12.5 px/mm. FOLDER receives one network
for each zone, trained without it, to score it by; and all.onnx, trained on every zone. One process
for each core: first they draw the crops, then each trains a network from them.
"""

import argparse
import multiprocessing
import os
import time
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import cv2
import numpy as np
import onnx
import torch
from augment import CROP
from crops import Crops, drawn
from examples import ZONES, labelled, rendered
from network import N_INPUTS, Pair, PoreNetwork, n_weights, seeded
from numpy.typing import NDArray
from onnx import helper, numpy_helper
from torch import Tensor
from torch.nn import functional

BATCH = 18
STEPS = 2500
RATE = 4e-3
RENDERS = 192
CROPS_OF_A_ZONE, CROPS_OF_RENDERS = 2500, 5000
RENDERED_SHARE = 0.45  # of every batch
MEMORY = 0.995  # of the running mean of the weights, from one step to the next
SEED = 1

VIRTUAL = "rendered"


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


def trained(
    crops: dict[str, Crops], zones: Iterable[str], steps: int, seed: int, name: str
) -> PoreNetwork:
    """Return the running mean of the weights of a network that saw these zones and the renders."""
    n_virtual = round(RENDERED_SHARE * BATCH)
    seen = [crops[zone] for zone in zones]
    odds = np.sqrt([c.size for c in seen]) / np.sqrt([c.size for c in seen]).sum()
    network = seeded(seed).to(memory_format=torch.channels_last)
    draw = np.random.default_rng(seed)
    network.train()
    mean = {key: value.clone() for key, value in network.state_dict().items()}
    descent = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=1e-3)
    started, losses = time.perf_counter(), []
    for step in range(steps):
        rate = RATE * min(1.0, (step + 1) / 30)
        rate *= 0.01 + 0.99 * np.cos(0.5 * np.pi * step / steps) ** 2
        for group in descent.param_groups:
            group["lr"] = rate
        source = [seen[i] for i in draw.choice(len(seen), BATCH - n_virtual, p=odds)]
        source += [crops[VIRTUAL]] * n_virtual
        batch = torch.from_numpy(np.stack([each.one(draw) for each in source]))
        image, target, weight = batch.split((N_INPUTS, 3, 3), dim=1)
        out = network(image.contiguous(memory_format=torch.channels_last))
        loss = loss_of(out, target, weight)
        descent.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 2.0)
        descent.step()
        losses.append(loss.item())
        keep = min(MEMORY, step / (step + 20))
        with torch.no_grad():
            for key, value in network.state_dict().items():
                if value.is_floating_point():
                    mean[key].mul_(keep).add_(value, alpha=1.0 - keep)
        if (step + 1) % 250 == 0:
            spent = time.perf_counter() - started
            print(
                f"{name}, step {step + 1}: loss {np.mean(losses[-250:]):.4f}, {spent:.0f} s",
                flush=True,
            )
    network.load_state_dict(mean)
    return network.eval()


def write(network: Pair, path: Path) -> None:
    """Write it as ONNX, for pictures of any size, with weights of half the length."""
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
    model = onnx.load(path)
    weights = [w for w in model.graph.initializer if w.data_type == onnx.TensorProto.FLOAT]
    for weight in weights:
        half = f"{weight.name}.half"
        model.graph.initializer.remove(weight)
        value = numpy_helper.to_array(weight).astype(np.float16)
        model.graph.initializer.append(numpy_helper.from_array(value, half))
        cast = helper.make_node("Cast", [half], [weight.name], to=onnx.TensorProto.FLOAT)
        model.graph.node.insert(0, cast)
    onnx.checker.check_model(model)
    onnx.save(model, path)


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
    fork = multiprocessing.get_context("fork")  # the crops are large and shared, not copied
    cores = os.cpu_count() or 1
    with ProcessPoolExecutor(cores, mp_context=fork) as pool:
        virtual = list(pool.map(rendered, range(1000 * chosen.seed, 1000 * chosen.seed + RENDERS)))
    crops = {VIRTUAL: drawn(virtual, CROPS_OF_RENDERS, chosen.seed, cores)}
    for name in ZONES:
        one = [labelled(chosen.photos, name)]
        crops[name] = drawn(one, CROPS_OF_A_ZONE, chosen.seed, cores)
    print("crops drawn", flush=True)
    with ProcessPoolExecutor(cores, fork, initializer=_share, initargs=(crops,)) as pool:
        jobs = {
            net: [pool.submit(_weights, net, chosen.steps, 2 * chosen.seed + i) for i in range(2)]
            for net in chosen.nets
        }
        for net, members in jobs.items():
            pair = Pair(PoreNetwork(), PoreNetwork())
            for network, member in zip((pair.plain, pair.transposed), members, strict=True):
                state = {name: torch.from_numpy(value) for name, value in member.result().items()}
                network.load_state_dict(state)
            path = chosen.folder / f"{net}.onnx"
            write(pair.eval(), path)
            print(f"{net}: {n_weights(pair)} weights, {path.stat().st_size} bytes", flush=True)


_crops: dict[str, Crops] = {}


def _share(crops: dict[str, Crops]) -> None:
    torch.set_num_threads(1)
    _crops.update(crops)


def _weights(net: str, steps: int, seed: int) -> dict[str, NDArray[np.float32]]:
    seen = [name for name in ZONES if name != net]
    network = trained(_crops, seen, steps, seed, f"{net}, seed {seed}")
    return {name: value.numpy() for name, value in network.state_dict().items()}


if __name__ == "__main__":
    main()
