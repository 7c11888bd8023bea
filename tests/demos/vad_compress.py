# SPDX-License-Identifier: Apache-2.0
"""vad_compress.py material MODEL X FOLDER PIECES | compare MODEL Y FOLDER NAME... - noisy speech for a voice activity
detector to be compressed by, and what that does to its decisions.

material: PIECES pieces of 20 s of speech in noise, as what the LSTM reads (tensor X, by onnxruntime), into FOLDER/train;
40 of other words and other noise, into FOLDER/test.  compare: decisions over FOLDER/test with the LSTM of each
FOLDER/NAME.safetensors, computed here, against those of MODEL's own; `hard`: it was sure, under 0.3 or over 0.7.
NAME=MOST: fails if more than MOST percent of the decisions are others."""
import json
import struct
import sys
from pathlib import Path

import numpy as np
from speech import RATE, say
from vad import SPEECH, frames, part, session

SECONDS, TESTS, VOICES = 20, 40, ("en-us", "en-gb", "en-us+f2", "en-us+m7", "de", "fr", "es", "en-gb+f4")
SAID = {"train": "zero one two three four five six seven eight nine open close the kitchen window please turn light off "
                 "where did you put green chair my brother likes onions and cheese tomorrow meeting is on Friday".split(),
        "test": "eleven twelve thirty forty call again later slowly there were horses under old bridge she wants some "
                "bread music news today a quiet garden behind museum snow wind by Sunday evening friends".split()}


def clips(rng, words, count):
    """Said by several voices, 3 to 9 words each."""
    return [say(VOICES[n % len(VOICES)], " ".join(rng.choice(words, rng.integers(3, 10))), int(rng.integers(130, 200)))
            for n in range(count)]


def noise(rng, count):
    """Coloured, in most pieces with hum, in some with bursts; of power 1."""
    spectrum = np.fft.rfft(rng.standard_normal(count))
    spectrum[1:] /= np.arange(1, len(spectrum)) ** rng.uniform(0, 0.6)
    spectrum[0] = 0
    found = np.fft.irfft(spectrum, count)
    found /= found.std()
    t = np.arange(count) / RATE
    if rng.random() < 0.6:
        tone = rng.choice([50, 60, 100, 120])
        found += rng.uniform(0.2, 1) * sum(np.sin(2 * np.pi * k * tone * t + k) / k for k in range(1, 6))
    for begin in rng.integers(0, count - 4000, rng.integers(0, 6)):
        length = rng.integers(400, 4000)
        found[begin:begin + length] += rng.uniform(1, 4) * rng.standard_normal(length) * np.hanning(length)
    return found / found.std()


def piece(rng, said):
    """Speech with pauses between, in noise 3 dB over to 30 dB under it."""
    count = SECONDS * RATE
    speech, at = np.zeros(count), int(rng.uniform(0.2, 2) * RATE)
    while True:
        clip = said[rng.integers(len(said))] * rng.uniform(0.3, 1)
        if at + len(clip) > count:
            break
        speech[at:at + len(clip)] += clip
        at += len(clip) + int(rng.uniform(0.2, 3) * RATE)
    power = np.sqrt(np.mean(speech[speech != 0] ** 2)) if speech.any() else 0.1
    both = speech + noise(rng, count) * power * 10 ** (-rng.uniform(-3, 30) / 20)
    return (both * rng.uniform(0.05, 0.6) / np.abs(both).max()).astype(np.float32)


def material(model, x, folder, pieces):
    front = part(model, ["input"], [x])
    for seed, (name, count) in enumerate((("train", pieces), ("test", TESTS))):
        (folder / name).mkdir(parents=True, exist_ok=True)
        rng = np.random.default_rng(seed)
        said = clips(rng, SAID[name], 200 if name == "train" else 60)
        for n in range(count):
            found = frames(piece(rng, said))
            values = front.run(None, {"input": found})[0].reshape(len(found), -1)
            np.save(folder / name / f"{n:04d}.npy", values)


def tensors(path):
    data = path.read_bytes()
    size = struct.unpack("<Q", data[:8])[0]
    head = json.loads(data[8:8 + size])
    return {name: np.frombuffer(data[8 + size:][slice(*at["data_offsets"])], "<f4").reshape(at["shape"])
            for name, at in head.items() if name != "__metadata__"}


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def lstm(weights, x):
    """y [pieces, frames, cells] of x, all pieces beside each other."""
    names = [name.split(".")[0] for name in weights if name.endswith(".W_ix")]
    w = {name.removeprefix(names[0] + "."): value.astype(np.float64) for name, value in weights.items()}
    c = h = np.zeros((len(x), len(w["b_i"])))
    out = []
    for t in range(x.shape[1]):
        z = {g: x[:, t] @ w[f"W_{g}x"].T + h @ w[f"W_{g}r"].T + w[f"b_{g}"] for g in "ifco"}
        c = sigmoid(z["f"]) * c + sigmoid(z["i"]) * np.tanh(z["c"])
        h = sigmoid(z["o"]) * np.tanh(c)
        out.append(h)
    return np.stack(out, 1).astype(np.float32)


def compare(model, y, folder, names):
    behind = part(model, [y], ["speech_probs"])

    def probabilities(name):
        found = lstm(tensors(folder / f"{name}.safetensors"), x)
        return np.stack([behind.run(None, {y: one.reshape(len(one), 1, 1, -1)})[0].ravel() for one in found])

    x = np.stack([np.load(path) for path in sorted((folder / "test").glob("*.npy"))]).astype(np.float64)
    own = probabilities("dense")
    sure = (own < 0.3) | (own > 0.7)
    print(f"{own.size} frames, {(own > SPEECH).mean():.0%} of them speech; {(~sure).mean():.1%} of them are unsure")
    failed = []
    for name, most in (pair.split("=") for pair in names):
        changed = (own > SPEECH) != (probabilities(name) > SPEECH)
        share = 100 * changed.mean()
        print(f"  {name:12} {changed.sum():6} decisions changed, {share:.2f} %, {(changed & sure).sum()} of them hard")
        failed += [name] if share > float(most) else []
    if failed:
        sys.exit(f"more than was promised: {', '.join(failed)}")


if __name__ == "__main__":
    if sys.argv[1] == "material":
        material(sys.argv[2], sys.argv[3], Path(sys.argv[4]), int(sys.argv[5]))
    else:
        compare(sys.argv[2], sys.argv[3], Path(sys.argv[4]), sys.argv[5:])
