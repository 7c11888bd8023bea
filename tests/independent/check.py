#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""check.py draw|plan|compare|mistakes CHIP FOLDER - CHIP is stream or resident, of chips.py.

draw      two networks, recordings and configurations into FOLDER
plan      of FOLDER/chip and FOLDER/other: memory.hex, plan.txt and chip.vh for the bench
compare   FOLDER/result.hex with the networks in floating point; ends with 1 where it is not they
mistakes  the same with a mistake in the network, or in who speaks where: each must be seen"""
import json
import math
import sys

import chips
import files
import plan as plans
from network import mistakes

NEAR_DB = 2      # so much under the signal to noise that ese tells, y may be
FAR = 2.5        # no value may be further off than so many times the largest error that ese tells
SAME_DB = 130    # two programs with floating point, of which one has x in single precision
STATE_DB = 6     # a saved state has few values, so leave it more


class Noise:
    def __init__(self):
        self.signal = self.noise = self.largest = 0.0
        self.values = 0

    def add(self, wanted, got):
        self.signal += wanted * wanted
        self.noise += (wanted - got) ** 2
        self.largest = max(self.largest, abs(wanted - got))
        self.values += 1

    def db(self):
        return 10 * math.log10(self.signal / self.noise) if self.noise else math.inf


class Check:
    def __init__(self, chip, folder):
        self.chip, self.folder = chip, folder
        self.plan = plans.whole(chip, folder)
        self.memory = plans.read_result(chip, folder)
        self.networks = {name: chips.load(chip, "%s/%s.safetensors" % (folder, name))
                         for name in ("model", "other")}
        self.reports = {}
        for name, report in (("model", "chip/report.json"), ("other", "other.json")):
            with open("%s/%s" % (folder, report)) as f:
                self.reports[name] = json.load(f)
        self.told = {name: r["accuracy"]["quantized"] for name, r in self.reports.items()}

    def play(self, networks):
        """y and states of every utterance: (model, utterance) -> what Network.run gives."""
        played = {}
        for name, image in self.plan.images.items():
            scale = 2.0 ** -image.x_fraction
            for number, x in self.plan.played.items():
                played[name, number] = networks[name].run([[v * scale for v in row] for row in x])
        return played

    def integers(self, image, y, frame, channel):
        at = y - self.chip["base"] + frame * image.y_frame + channel * image.element
        return [files.element_at(self.memory, at + e * image.xy_word, image.element)
                for e in range(image.y_size)]

    def outputs(self, played, outputs, model):
        """What is wrong with y of a model, and its noise."""
        wrong, seen, again, noise = [], {}, 0, Noise()
        image = self.plan.images[model]
        lsb = 2.0 ** -image.y_fraction
        for _, y, frames, voices in (o for o in outputs if o[0] == model):
            for c, voice in enumerate(voices):
                closed = voice is None
                for t in range(frames):
                    got = self.integers(image, y, t, c)
                    if voice and voice[2] and t > 0 and not any(got):
                        closed = True
                    if closed:
                        if any(got):
                            wrong.append("%x: y of channel %d without a voice" % (y, c))
                        continue
                    key = voice[0], voice[1] + t
                    for a, b in zip(played[model, key[0]][0][key[1]], got):
                        noise.add(a, b * lsb)
                    again += key in seen
                    if seen.setdefault(key, got) != got:
                        wrong.append("%x: frame %d of utterance %d is not the same again" % (
                            y, key[1], key[0]))
                if voice and voice[2] and not closed:
                    wrong.append("%x: channel %d was never closed" % (y, c))
        if not again:
            wrong.append("nothing was played twice")
        if noise.db() < self.told[model]["snr_db"] - NEAR_DB:
            wrong.append("signal to noise %.1f dB, told were %.1f" % (
                noise.db(), self.told[model]["snr_db"]))
        if noise.largest > FAR * self.told[model]["max_error"]:
            wrong.append("largest error %.1e, told were %.1e" % (
                noise.largest, self.told[model]["max_error"]))
        return wrong, noise

    def states(self, played, model):
        """The same of the saved states: c and y of the layers where the table of vectors has them."""
        wrong, noises = [], {}
        image = self.plan.images[model]
        report = self.reports[model]
        told = {v["name"]: v["snr_db"] for part in report.get("layers", [report])
                for v in part["vectors"]}
        groups = -(-self.chip["pes"] // image.lanes)
        for _, address, voices in (s for s in self.plan.saved if s[0] == model):
            for layer, kind, first, elements, fraction in image.vectors:
                noise = noises.setdefault("%d.%s" % (layer, " cy"[kind]), Noise())
                for c, voice in enumerate(voices):
                    for e in range(elements):
                        row, pe = divmod(e, self.chip["pes"])
                        word = first + row * groups + pe // image.lanes
                        at = (address - self.chip["base"] + word * image.state_word +
                              c * image.state_slot + pe % image.lanes * image.element)
                        got = files.element_at(self.memory, at, image.element)
                        if voice is None:
                            if got:
                                wrong.append("the saved state of channel %d is not 0" % c)
                            continue
                        state = played[model, voice[0]][1][voice[1] - 1][layer]
                        noise.add(state[kind - 1][e], got * 2.0 ** -fraction)
        for name, noise in noises.items():
            if noise.db() < told[name] - STATE_DB:
                wrong.append("saved %s: %.1f dB, told were %.1f" % (name, noise.db(), told[name]))
        if len(noises) != 4:
            wrong.append("a state of two LSTM has c and y of each")
        return wrong, noises


def compare(check):
    played = check.play(check.networks)
    failed = False
    for model, report in check.reports.items():
        if report["accuracy"]["expected"]["given"]["snr_db"] < SAME_DB:
            print("%s: ese does not read the network as it is here" % model)
            failed = True
    for model, image in check.plan.images.items():
        wrong, noise = check.outputs(played, check.plan.outputs, model)
        told = check.told[model]
        print("%s: %d values of y, %.1f dB (told %.1f); largest error %.1f LSB (told %.1f)" % (
            model, noise.values, noise.db(), told["snr_db"], noise.largest * 2 ** image.y_fraction,
            told["max_error"] * 2 ** image.y_fraction))
        more, noises = check.states(played, model)
        print("%s: saved %s" % (model, ", ".join(
            "%s %.1f dB" % (name, n.db()) for name, n in noises.items())))
        for line in wrong + more:
            print("%s: %s" % (model, line))
            failed = True
    return failed


def moved(outputs, change):
    """Outputs whose voices are others."""
    return [(m, y, n, change(list(voices))) for m, y, n, voices in outputs]


def wrong_voices(outputs):
    def swapped(voices):
        voices[0], voices[1] = voices[1], voices[0]
        return voices

    return {
        "channels 0 and 1 swapped": moved(outputs, swapped),
        "a frame late": moved(outputs, lambda vs: [v and (v[0], v[1] + 1, v[2]) for v in vs]),
        "y one element further": [(m, y + 8, n, vs) for m, y, n, vs in outputs],
        "each descriptor begins anew": moved(outputs, lambda vs: [v and (v[0], 0, v[2])
                                                                  for v in vs]),
        "no channel is idle": moved(outputs, lambda vs: [v or (0, 0, False) for v in vs]),
        "no channel has a voice in a closed slot": moved(
            outputs, lambda vs: [v and (v[0], v[1], False) for v in vs]),
    }


def all_mistakes(check):
    """Those that nobody sees are printed."""
    played = check.play(check.networks)
    outputs, saved = check.plan.outputs, list(check.plan.saved)
    found = {name: check.outputs(played, wrong, "model")[0]
             for name, wrong in wrong_voices(outputs).items()}
    nearest = (0, "")
    for name, make in dict(mistakes(check.networks["model"]),
                           another=lambda: check.networks["other"]).items():
        found[name], noise = check.outputs(check.play({"model": make(), "other": make()}), outputs,
                                           "model")
        nearest = max(nearest, (noise.db(), name))
    image = check.plan.images["model"]
    for name, wrong in (("a state one word further", [(m, a + image.state_word, vs)
                                                      for m, a, vs in saved]),
                        ("a state of other channels", [(m, a, vs[::-1]) for m, a, vs in saved]),
                        ("a state of the frame before", [(m, a, [v and (v[0], v[1] - 1) for v in vs])
                                                         for m, a, vs in saved])):
        check.plan.saved = wrong
        found[name] = check.states(played, "model")[0]
    # One value of one frame, off by little more than may be.
    at = outputs[0][1] - check.chip["base"]
    value = files.element_at(check.memory, at, image.element)
    off = math.ceil((FAR + 1) * check.told["model"]["max_error"] * 2 ** image.y_fraction)
    check.memory[at:at + image.element] = (value - off).to_bytes(image.element, "little", signed=True)
    found["one value"] = check.outputs(played, outputs, "model")[0]
    unseen = [name for name, wrong in found.items() if not wrong]
    for name in unseen:
        print("not seen: " + name)
    print("%d mistakes, %d not seen; the nearest network: %s, %.1f dB" % (
        len(found), len(unseen), nearest[1], nearest[0]))
    return unseen


def main():
    what, chip, folder = sys.argv[1], chips.CHIPS[sys.argv[2]], sys.argv[3]
    if what == "draw":
        chips.draw(chip, folder)
    elif what == "plan":
        plans.write(chip, folder, plans.whole(chip, folder))
    elif what == "compare":
        return compare(Check(chip, folder))
    elif what == "mistakes":
        return bool(all_mistakes(Check(chip, folder)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
