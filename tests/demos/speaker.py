# SPDX-License-Identifier: Apache-2.0
"""speaker.py features CHECKPOINT FOLDER | compare CHECKPOINT FOLDER - who speaks, by Resemblyzer's network on a chip.

features: makes speech, and of each partial utterance, 160 frames as Resemblyzer cuts them, the mel spectrogram into
FOLDER/x (of other voices, for the number formats, into FOLDER/calibration, with PyTorch's y into FOLDER/expected).
compare: embeddings out of the chip's outputs, FOLDER/y, against PyTorch's on the same audio; fails if the cosine of an
utterance is not over LEAST, or if by the chip another pair of utterances is the most alike."""
import itertools
import sys
from pathlib import Path

import numpy as np
import torch
from speech import RATE, read_wave, say, write_wave

LEAST = 0.999
MELS, WINDOW, STEP, HIDDEN = 40, 400, 160, 256     # 25 ms every 10 ms
PARTIAL, PARTIALS_PER_SECOND, COVERAGE = 160, 1.3, 0.75
LOUDNESS = -30.0                                   # dB, at least
AWAY = 0.1                                         # of the loudness of espeak-ng: a voice in a room

CALIBRATION = {"first": ("en-us+m3", "The chip has never heard any of these voices."),
               "second": ("en-gb+f4", "Numbers need a range, and that is what this sentence is for."),
               "third": ("de+f2", "Noch eine Stimme, damit der Bereich der Zahlen auch passt."),
               "fourth": ("en-us+m7", "Loud and clear, the last of those that come before the test.")}
UTTERANCES = {"anna-1": ("en-us+f2", "Good morning, is my train on time?"),
              "anna-2": ("en-us+f2", "Please open the door, it is cold."),
              "bert-1": ("en-us+m7", "Good morning, is my train on time?")}


class Encoder(torch.nn.Module):
    """As resemblyzer/voice_encoder.py has it."""

    def __init__(self):
        super().__init__()
        self.lstm = torch.nn.LSTM(MELS, HIDDEN, 3, batch_first=True)
        self.linear = torch.nn.Linear(HIDDEN, HIDDEN)

    def frames(self, mels):
        return torch.relu(self.linear(self.lstm(mels)[0]))


def encoder(checkpoint):
    net = Encoder()
    net.load_state_dict(torch.load(checkpoint, map_location="cpu")["model_state"], strict=False)
    return net


def run(net, partial):
    """y of every frame; the embedding is made of the last."""
    with torch.no_grad():
        return net.frames(torch.from_numpy(partial[None]))[0].numpy()


def filters():
    """Triangles between frequencies that are even on Slaney's scale, each of the same area: [mel, frequency]."""
    def mel(hz):
        return np.where(hz < 1000, hz * 3 / 200, 15 + 27 * np.log(np.maximum(hz, 1) / 1000) / np.log(6.4))

    def hertz(m):
        return np.where(m < 15, m * 200 / 3, 1000 * 6.4 ** ((m - 15) / 27))

    edges = hertz(np.linspace(0, mel(np.array(RATE / 2)), MELS + 2))
    bins = np.linspace(0, RATE / 2, WINDOW // 2 + 1)
    low, middle, high = (edges[i:i + MELS, None] for i in range(3))
    triangles = np.minimum((bins - low) / (middle - low), (high - bins) / (high - middle))
    return np.maximum(triangles, 0) * 2 / (high - low)


def spectrogram(samples):
    """Power in each mel band, not its logarithm: [frame, mel]."""
    padded = np.pad(samples, WINDOW // 2)
    count = 1 + len(samples) // STEP
    rows = np.arange(count)[:, None] * STEP + np.arange(WINDOW)
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW) / WINDOW)
    power = np.abs(np.fft.rfft(padded[rows] * window)) ** 2
    return (power @ filters().T).astype(np.float32)


def partials(samples):
    """What compute_partial_slices() and embed_utterance() cut it into; silences are short and stay."""
    step = round(RATE / PARTIALS_PER_SECOND / STEP)
    count = -(-(len(samples) + 1) // STEP)
    starts = list(range(0, max(1, count - PARTIAL + step + 1), step))
    if len(starts) > 1 and (len(samples) - starts[-1] * STEP) / (PARTIAL * STEP) < COVERAGE:
        del starts[-1]
    padded = np.pad(samples, (0, max(0, (starts[-1] + PARTIAL) * STEP - len(samples))))
    mels = spectrogram(padded)
    return [mels[start:start + PARTIAL] for start in starts]


def loud_enough(samples):
    level = 20 * np.log10(np.sqrt(np.mean(samples ** 2)))
    return samples * 10 ** (max(0.0, LOUDNESS - level) / 20)


def features(checkpoint, folder):
    net = encoder(checkpoint)
    for name in ("x", "speech", "calibration", "expected"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    for place, list_ in (("calibration", CALIBRATION), ("x", UTTERANCES)):
        for name, (voice, text) in list_.items():
            path = folder / "speech" / f"{name}.wav"
            write_wave(path, loud_enough(AWAY * say(voice, text)))
            for number, partial in enumerate(partials(read_wave(path))):
                np.save(folder / place / f"{name}-{number}.npy", partial)
                if place == "calibration":
                    np.save(folder / "expected" / f"{name}-{number}.y.npy", run(net, partial))


def unit(vector):
    return vector / np.linalg.norm(vector)


def embedding(outputs):
    return unit(np.mean([unit(y[-1]) for y in outputs], axis=0))


def compare(checkpoint, folder):
    net, chip, own, worst = encoder(checkpoint), {}, {}, 1.0
    for name in UTTERANCES:
        cut = partials(read_wave(folder / "speech" / f"{name}.wav"))
        own[name] = embedding([run(net, partial) for partial in cut])
        chip[name] = embedding([np.load(folder / "y" / f"{name}-{n}.npy") for n in range(len(cut))])
        cosine = float(own[name] @ chip[name])
        worst = min(worst, cosine)
        print(f"  {name}: cosine of the chip's embedding to PyTorch's {cosine:.6f}, over {len(cut)} partial utterances")
    likeness = []
    for a, b in itertools.combinations(UTTERANCES, 2):
        likeness.append((float(chip[a] @ chip[b]), float(own[a] @ own[b])))
        print(f"  {a} and {b}: {likeness[-1][0]:.4f} alike by the chip, {likeness[-1][1]:.4f} by PyTorch")
    print(f"{len(UTTERANCES)} embeddings, the least cosine to PyTorch's {worst:.6f} ({LEAST} is wanted)")
    if worst <= LEAST or np.argmax([pair[0] for pair in likeness]) != np.argmax([pair[1] for pair in likeness]):
        sys.exit("the embeddings are not those of PyTorch")


if __name__ == "__main__":
    {"features": features, "compare": compare}[sys.argv[1]](sys.argv[2], Path(sys.argv[3]))
