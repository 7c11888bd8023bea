# SPDX-License-Identifier: Apache-2.0
"""beat.py features CHECKPOINT FOLDER | compare FOLDER - BeatNet's network behind its convolution, on a chip.

features: what PyTorch makes of drawn spectra, up to the LSTM layers into FOLDER/x and FOLDER/calibration, and behind
them and the linear layer into FOLDER/expected.  compare: the class of each frame (beat, downbeat, neither) by the
chip's outputs, FOLDER/y, and by PyTorch's; fails if more than MOST of them are others or a probability is far off."""
import sys
from pathlib import Path

import numpy as np
import torch

MOST, LARGEST = 0.01, 0.02
BANDS, FRAMES, CELLS = 272, 100, 150


class Net(torch.nn.Module):
    """As BeatNet/model.py has it."""

    def __init__(self):
        super().__init__()
        self.conv1 = torch.nn.Conv1d(1, 2, 10)
        self.linear0 = torch.nn.Linear(2 * ((BANDS - 9) // 2), CELLS)
        self.lstm = torch.nn.LSTM(CELLS, CELLS, 2, batch_first=True)
        self.linear = torch.nn.Linear(CELLS, 3)

    def before(self, spectra):
        x = torch.nn.functional.max_pool1d(torch.relu(self.conv1(spectra[:, None])), 2)
        return self.linear0(x.flatten(1))

    def behind(self, x):
        return self.linear(self.lstm(x[None])[0])[0]


def spectra(seed):
    """Logarithms of power that rises and falls, with an onset every half second or so."""
    rng = np.random.default_rng(seed)
    level = np.abs(rng.standard_normal((FRAMES, BANDS))).cumsum(1)[:, ::-1] / BANDS
    onsets = np.exp(-(np.arange(FRAMES) % rng.integers(20, 30)) / 4)
    return torch.from_numpy((level * (0.3 + onsets[:, None])).astype(np.float32))


def features(checkpoint, folder):
    net = Net()
    net.load_state_dict(torch.load(checkpoint, map_location="cpu"))
    for name in ("x", "calibration", "expected"):
        (folder / name).mkdir(parents=True)
    with torch.no_grad():
        for seed in range(8):
            x = net.before(spectra(seed))
            np.save(folder / ("calibration" if seed < 4 else "x") / f"{seed}.npy", x.numpy())
            np.save(folder / "expected" / f"{seed}.y.npy", net.behind(x).numpy())


def softmax(y):
    e = np.exp(y - y.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)


def compare(folder):
    others, off, frames, classes = 0, 0.0, 0, set()
    for path in sorted((folder / "y").glob("*.npy")):
        chip, own = (softmax(np.load(p)) for p in (path, folder / "expected" / f"{path.stem}.y.npy"))
        others += int((chip.argmax(1) != own.argmax(1)).sum())
        off, frames = max(off, float(np.abs(chip - own).max())), frames + len(own)
        classes |= set(own.argmax(1))
    print(f"{others} of {frames} frames in another class, of {len(classes)}; a probability is off by {off:.5f} at most")
    if others > MOST * frames or off > LARGEST or len(classes) < 2:
        sys.exit("the classes are not those of PyTorch")


if __name__ == "__main__":
    if sys.argv[1] == "features":
        features(sys.argv[2], Path(sys.argv[3]))
    else:
        compare(Path(sys.argv[2]))
