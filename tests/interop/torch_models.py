# SPDX-License-Identifier: Apache-2.0
"""torch_models.py ESE FOLDER COUNT [SEED] - random networks as PyTorch saves them, in each way that it has, and
what `ese import` makes of them: y in floating point is PyTorch's.  A line a check, "ok NAME" or "FAILED NAME: WHY".
Of those that a chip can be made of, the first three are left in FOLDER as chip0.pt ..."""
import json
import pickle
import random
import subprocess
import sys
import warnings

import numpy as np
import torch
from safetensors.torch import save_file

AGREE = 1e-5
CHIPS = 3
warnings.filterwarnings("ignore")


class Net(torch.nn.Module):
    def __init__(self, rnn, cell, fc):
        super().__init__()
        self.body, self.cell = rnn, cell
        if fc is not None:
            self.head = fc

    def forward(self, x):
        y = self.frames(x) if self.cell else self.body(x)[0]
        return self.head(y) if hasattr(self, "head") else y

    def frames(self, x):
        state, ys = None, []
        for frame in x:
            state = self.body(frame[None], state)
            ys.append(state[0][0] if isinstance(state, tuple) else state[0])
        return torch.stack(ys)


def draw(rng):
    """A network, its input, and what it is in words."""
    kind = rng.choice(["LSTM", "GRU", "RNN"])
    inputs, hidden, bias = rng.randint(1, 24), rng.randint(2, 24), rng.random() < 0.8
    cell = rng.random() < 0.2
    words = [kind, f"{inputs}->{hidden}"] + ([] if bias else ["no bias"])
    options = {"bias": bias}
    if kind == "RNN":
        options["nonlinearity"] = rng.choice(["tanh", "relu"])
    if cell:
        rnn, width = getattr(torch.nn, kind + "Cell")(inputs, hidden, **options), hidden
        words.append("cell")
    else:
        options["num_layers"] = rng.randint(1, 3)
        options["bidirectional"] = rng.random() < 0.3
        if kind == "LSTM" and rng.random() < 0.3:
            options["proj_size"] = rng.randint(1, hidden - 1)
        rnn = getattr(torch.nn, kind)(inputs, hidden, **options)
        width = (options.get("proj_size") or hidden) * (1 + options["bidirectional"])
        words.append(str({key: value for key, value in options.items() if key != "bias"}))
    head = torch.nn.Linear(width, rng.randint(1, 9), bias=rng.random() < 0.7) if rng.random() < 0.5 else None
    chip = kind != "GRU" and not options.get("bidirectional")
    return Net(rnn, cell, head), inputs, " ".join(words), chip


def views(state):
    """One storage for all, each second matrix by columns."""
    storage, found, at = torch.zeros(sum(value.numel() + 1 for value in state.values())), {}, 0
    for number, (name, value) in enumerate(state.items()):
        at += 1
        part = storage[at:at + value.numel()]
        view = part.view(*reversed(value.shape)).t() if value.dim() == 2 and number % 2 else part.view(value.shape)
        view.copy_(value)
        found[name], at = view, at + value.numel()
    return found


def save(rng, net, path):
    """In a way that tells all; returns it in words."""
    state = net.state_dict()
    ways = {"module": net, "wrapped module": {"epoch": 1, "net": net}}
    if not isinstance(net.body, (torch.nn.RNN, torch.nn.RNNCell)):
        ways.update({"state": state, "wrapped": {"a": [1, {"state_dict": state}], "lr": 0.1}, "views": views(state),
                     "double": {name: value.double() for name, value in state.items()}, "safetensors": None,
                     "npz": None, "packed npz": None, "pickle": None})
    way, zipped = rng.choice(sorted(ways)), rng.random() < 0.5
    arrays = {name: value.numpy() for name, value in state.items()}
    if way == "safetensors":
        save_file(state, path)
    elif ways[way] is None:
        with open(path, "wb") as file:
            if way == "pickle":
                pickle.dump(arrays, file, rng.randint(2, 5))
            else:
                (np.savez if way == "npz" else np.savez_compressed)(file, **arrays)
    else:
        torch.save(ways[way], path, _use_new_zipfile_serialization=zipped)
    return way if ways.get(way) is None else f"{way}, {'zip' if zipped else 'stream'}"


def main(ese, folder, count, seed=1):
    chips = 0
    for number in range(int(count)):
        rng = random.Random(f"{seed} {number}")
        torch.manual_seed(number)
        net, inputs, words, chip = draw(rng)
        x = torch.rand(rng.randint(1, 20), inputs) * 4 - 2
        with torch.no_grad():
            y = net.double()(x.double()).float()
        net.float()
        words += ", " + save(rng, net, f"{folder}/model.pt")
        np.save(f"{folder}/x.npy", x.numpy())
        np.save(f"{folder}/y.npy", y.numpy())
        done = subprocess.run([ese, "import", f"{folder}/model.pt", "--input", f"{folder}/x.npy", "--expected",
                               f"{folder}/y.npy", "--json", "-"], capture_output=True, text=True, check=False)
        off = json.loads(done.stdout)["expected"]["max_error"] if done.returncode == 0 else None
        if off is None or off > AGREE * max(1.0, float(y.abs().max())):
            print(f"FAILED {number} {words}: {done.stderr.strip() if off is None else off}")
            continue
        print(f"ok {number} {words}")
        if chip and chips < CHIPS:
            with open(f"{folder}/model.pt", "rb") as old, open(f"{folder}/chip{chips}.pt", "wb") as new:
                new.write(old.read())
            chips += 1


if __name__ == "__main__":
    main(*sys.argv[1:])
