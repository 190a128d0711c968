"""The network: a small U-Net that reads a photograph at half its resolution, four pixels at a time.

Pores are three to eight pixels wide. A first convolution with stride 2 gathers 5 x 5 pixels into 24
channels, so that nothing is lost and all that follows costs a quarter. The last convolution writes
four pixels at a time for each of three images, on the pixels of the input again.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

CHANNELS = (24, 32, 40)
N_INPUTS, N_OUTPUTS = 4, 3


def _block(n_in: int, n_out: int, *, size: int = 3, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(n_in, n_out, size, stride, size // 2, bias=False),
        nn.BatchNorm2d(n_out),
        nn.ReLU(inplace=True),
    )


class PoreNetwork(nn.Module):
    """Inputs (n, 4, rows, cols), rows and cols multiples of 8; outputs (n, 3, rows, cols).

    Outputs are the log-odds that a pixel is the middle of a pore, the log-odds that it belongs to
    one, and the logarithm of the diameter that a pore with its middle here has.
    """

    def __init__(self, channels: tuple[int, int, int] = CHANNELS) -> None:
        super().__init__()
        half, quarter, eighth = channels
        self.stem = _block(N_INPUTS, half, size=5, stride=2)
        self.fine = _block(half, half)
        self.middle = nn.Sequential(_block(half, quarter, stride=2), _block(quarter, quarter))
        self.coarse = nn.Sequential(
            _block(quarter, eighth, stride=2), nn.Dropout2d(0.1), _block(eighth, eighth)
        )
        self.to_quarter = nn.Conv2d(eighth, quarter, 1)
        self.join_quarter = _block(quarter, quarter)
        self.to_half = nn.Conv2d(quarter, half, 1)
        self.join_half = _block(half, half)
        self.head = nn.Conv2d(half, 4 * N_OUTPUTS, 3, padding=1)

    def forward(self, image: Tensor) -> Tensor:
        """Return the three images."""
        half = self.fine(self.stem(image))
        quarter = self.middle(half)
        eighth = self.coarse(quarter)
        quarter = self.join_quarter(quarter + _twice(self.to_quarter(eighth)))
        half = self.join_half(half + _twice(self.to_half(quarter)))
        return functional.pixel_shuffle(self.head(half), 2)


def _twice(image: Tensor) -> Tensor:
    return functional.interpolate(image, scale_factor=2, mode="bilinear", align_corners=False)


class Pair(nn.Module):
    """The mean of two networks, one of which sees the photograph transposed."""

    def __init__(self, plain: PoreNetwork, transposed: PoreNetwork) -> None:
        super().__init__()
        self.plain, self.transposed = plain, transposed

    def forward(self, image: Tensor) -> Tensor:
        """Return the three images."""
        return 0.5 * (self.plain(image) + self.transposed(image.transpose(2, 3)).transpose(2, 3))


def n_weights(network: nn.Module) -> int:
    """Count the weights."""
    return sum(p.numel() for p in network.parameters())


def seeded(seed: int) -> PoreNetwork:
    """Return a network with random weights."""
    torch.manual_seed(seed)
    return PoreNetwork()
