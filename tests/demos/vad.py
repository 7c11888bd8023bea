# SPDX-License-Identifier: Apache-2.0
"""vad.py features MODEL X Y FOLDER | decide MODEL Y OFFICIAL FOLDER - a voice activity detector whose LSTM is a chip's.

features: makes speech, and for the chip what its LSTM reads: the graph up to tensor X, by onnxruntime, into
FOLDER/x (and of other speech, for the number formats, into FOLDER/calibration, with tensor Y into FOLDER/expected).
decide: what the graph behind tensor Y makes of the chip's outputs, FOLDER/y, against onnxruntime's own run of MODEL,
and of OFFICIAL, 32 ms at a time, on the same audio; fails if more than MOST of the decisions are others."""
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from speech import RATE, read_wave, say, write_wave

FRAME, CONTEXT, STATE = 512, 64, (1, 1, 128)
SPEECH = 0.5           # a probability above is speech
MOST = 0.002           # of the decisions may be others
LARGEST = 0.05         # so far may a probability be off

CALIBRATION = {
    "plain": [("en-us", "The chip has never heard what follows.", 1.0, 0.0), (None, 0.8, 0, 0.003),
              ("de", "Diese Stimme ist eine andere, und sie spricht leise.", 0.2, 0.003)],
    "noisy": [("en-gb", "Somebody is talking in a noisy place, not far away.", 0.6, 0.02), (None, 0.6, 0, 0.02),
              ("fr", "Et encore une phrase, pour les formats des nombres.", 0.5, 0.01)],
}
UTTERANCES = {
    "quiet-room": [(None, 0.5, 0, 0.0), ("en-us", "Set a timer for six minutes, please.", 0.8, 0.0),
                   (None, 1.2, 0, 0.0), ("en-us", "And turn the light off in the kitchen.", 0.8, 0.0),
                   (None, 0.7, 0, 0.0)],
    "street": [(None, 0.6, 0, 0.01), ("en-gb", "Where does this train go, and when?", 0.5, 0.02),
               (None, 1.0, 0, 0.02), ("en-gb", "Thank you.", 0.4, 0.02), (None, 0.9, 0, 0.02),
               ("en-gb", "I cannot hear you very well.", 0.3, 0.02), (None, 0.5, 0, 0.02)],
    "far-away": [(None, 0.4, 0, 0.002), ("de", "Ist da jemand?", 0.05, 0.002), (None, 0.8, 0, 0.002),
                 ("de", "Die Tür steht offen, und das Fenster auch.", 0.03, 0.002), (None, 0.8, 0, 0.002),
                 ("de", "Gute Nacht.", 0.02, 0.002), (None, 0.8, 0, 0.002)],
    "many": [("es", "Buenos días a todos.", 0.6, 0.005), (None, 0.4, 0, 0.005), ("it", "Che ora è adesso?", 0.3, 0.005),
             (None, 0.4, 0, 0.005), ("pl", "Dzień dobry, jak się masz?", 0.7, 0.005), (None, 0.4, 0, 0.005),
             ("sv", "Det regnar ute.", 0.4, 0.005), (None, 1.0, 0, 0.005)],
}


def audio(parts, seed):
    """(voice, text, how loud, noise) or (None, seconds of pause, 0, noise), one behind the other."""
    rng, pieces = np.random.default_rng(seed), []
    for voice, what, loud, noise in parts:
        clean = say(voice, what) * loud if voice else np.zeros(round(what * RATE), np.float32)
        pieces.append(clean + noise * rng.standard_normal(len(clean)))
    return np.concatenate(pieces)


def frames(samples):
    """As the model wants them: each behind the last samples of the one before."""
    count = -(-len(samples) // FRAME)
    own = np.zeros((count, FRAME), np.float32)
    own.reshape(-1)[:len(samples)] = samples
    before = np.vstack([np.zeros((1, CONTEXT), np.float32), own[:-1, -CONTEXT:]])
    return np.hstack([before, own])


def session(model):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.log_severity_level = 1, 3
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def part(model, inputs, outputs):
    """The graph between these tensors."""
    found = onnx.utils.Extractor(onnx.load(model)).extract_model(inputs, outputs)
    return session(found.SerializeToString())


def run_all(whole, audio_frames):
    state = np.zeros(STATE, np.float32)
    return whole.run(None, {"input": audio_frames, "h": state, "c": state})


def features(model, x, y, folder):
    front = part(model, ["input"], [x])
    whole = part(model, ["input", "h", "c"], [y])
    for name in ("x", "speech", "calibration", "expected"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    for place, list_ in (("calibration", CALIBRATION), ("x", UTTERANCES)):
        for seed, (name, parts) in enumerate(list_.items()):
            path = folder / "speech" / f"{name}.wav"
            write_wave(path, audio(parts, seed))
            found = frames(read_wave(path))
            values = front.run(None, {"input": found})[0].reshape(len(found), -1)
            np.save(folder / place / f"{name}.npy", values)
            if place == "calibration":
                np.save(folder / "expected" / f"{name}.y.npy", run_all(whole, found)[0].reshape(len(found), -1))
    short = np.load(folder / "x" / "street.npy")[20:28]
    np.save(folder / "short.npy", short)


def streamed(official, audio_frames):
    """Frame by frame, the state carried on, as a user of the package runs it."""
    state, found = np.zeros((2, 1, 128), np.float32), []
    for frame in audio_frames:
        p, state = official.run(None, {"input": frame[None], "state": state, "sr": np.array(RATE, np.int64)})
        found.append(p[0, 0])
    return np.array(found)


def decide(model, y, official, folder):
    whole, behind, official = session(model), part(model, [y], ["speech_probs"]), session(official)
    total = changed = speech = 0
    worst = np.zeros(2)
    print(f"{'':14}{'frames':>8}{'speech':>8}{'by the chip':>13}{'changed':>9}{'largest difference':>20}")
    for name in UTTERANCES:
        found = frames(read_wave(folder / "speech" / f"{name}.wav"))
        outputs = np.load(folder / "y" / f"{name}.npy").astype(np.float32)
        chip = behind.run(None, {y: outputs.reshape(len(found), 1, 1, -1)})[0].ravel()
        own = [run_all(whole, found)[0].ravel(), streamed(official, found)]
        others = sum((p > SPEECH) != (chip > SPEECH) for p in own) > 0
        off = np.array([np.abs(p - chip).max() for p in own])
        print(f"  {name:12}{len(found):8}{(own[0] > SPEECH).sum():8}{(chip > SPEECH).sum():13}{others.sum():9}"
              f"{off.max():20.5f}")
        total, changed, speech = total + len(found), changed + others.sum(), speech + (own[0] > SPEECH).sum()
        worst = np.maximum(worst, off)
    print(f"largest difference of probability: {worst[0]:.5f} from the whole graph, {worst[1]:.5f} from the official "
          f"model, frame by frame")
    print(f"{total} frames, {speech} of them speech: {changed} of {total} decisions changed")
    if changed > MOST * total or worst.max() > LARGEST:
        sys.exit(f"more than {MOST:.1%} of the decisions changed, or a probability is off by more than {LARGEST}")


if __name__ == "__main__":
    if sys.argv[1] == "features":
        features(*sys.argv[2:5], Path(sys.argv[5]))
    else:
        decide(*sys.argv[2:5], Path(sys.argv[5]))
