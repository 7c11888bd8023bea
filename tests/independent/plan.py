# SPDX-License-Identifier: Apache-2.0
"""plan.py - what the host does with a chip, and which frame of which utterance must come out where.

Utterances of different lengths begin and end at different frames; channels are idle, closed and
opened; a state is saved in the midst of an utterance, which then goes on in that channel and, later,
in another."""
import random

import chips
import files

(END, LOAD, START, SUBMIT, WAIT, SLOT, MOVE, FRAMES, STOP, EXPECT, OVERWRITE) = range(11)
PAGE = 4096
LENGTH = 40  # frames that each utterance has, more than are ever played


def utterance(chip, number):
    return chips.draw_x(random.Random(1000 + number), LENGTH, chip["layers"][0][1])


def to_integers(frames, image):
    """x as README.md says: the nearest integer, within the bits there are."""
    end = 1 << (image.bits - 1)
    return [[max(-end, min(end - 1, round(v * 2.0 ** image.x_fraction))) for v in row]
            for row in frames]


class Plan:
    def __init__(self, chip, images):
        self.chip, self.images = chip, images
        self.memory = bytearray()
        self.steps = []
        self.outputs = []  # model, address, frames, voices: (utterance, its frame, closed?) or None
        self.saved = []    # model, address, voices behind it
        self.model = None
        self.rng = random.Random(7)
        self.played = {}
        self.ring = self.room(b"\xA5" * PAGE)
        self.at = {name: (self.room(i.weights), self.room(i.model)) for name, i in images.items()}

    def room(self, data):
        """Its address, a page of its own; what lies behind it is random."""
        address = self.chip["base"] + len(self.memory)
        rest = (-len(data)) % PAGE
        self.memory += data + bytes(self.rng.randrange(256) for _ in range(rest))
        return address

    def step(self, code, *numbers):
        numbers = list(numbers) + [0] * (9 - len(numbers))
        self.steps.append("%d " % code + " ".join("%x" % n for n in numbers))

    def load(self, name):
        self.model = name
        weights, model = self.at[name]
        self.step(LOAD, weights, model)
        image = self.images[name]
        for register, wanted in ((0x64, image.hash), (0x68, image.x_size), (0x6C, image.y_size),
                                 (0xA8, image.cell_words), (0xAC, image.kept_words)):
            self.step(EXPECT, register, 0xFFFFFFFF, wanted)

    def start(self):
        self.step(START, self.ring, 3)
        self.channel = [None] * self.chip["channels"]  # utterance, next frame

    def frames(self, count, begins=(), idle=(), restores=(), closed=(), closing=None, save=False):
        """begins: channel -> utterance; restores: channel -> (utterance, frame), from the address
        that restore_at has."""
        image, begins, restores = self.images[self.model], dict(begins), dict(restores)
        voices = self.channel
        for c in range(self.chip["channels"]):
            if c in begins:
                voices[c] = (begins[c], 0)
            if c in restores:
                voices[c] = restores[c]
            if c in idle:
                voices[c] = None
        x = bytearray(self.rng.randrange(256) for _ in range(count * image.x_frame))
        for c, voice in enumerate(voices):
            if voice is None:
                continue
            if voice[0] not in self.played:
                self.played[voice[0]] = to_integers(utterance(self.chip, voice[0]), image)
            for t in range(count):
                for e, number in enumerate(self.played[voice[0]][voice[1] + t]):
                    at = t * image.x_frame + e * image.xy_word + c * image.element
                    x[at:at + image.element] = number.to_bytes(image.element, "little", signed=True)
        y = self.room(bytes(count * image.y_frame))
        to = self.room(bytes(image.state_bytes)) if save else 0
        active = sum(1 << c for c, voice in enumerate(voices) if voice)
        self.step(SUBMIT, int(save), count, self.room(x), y, self.restore_at if restores else 0, to,
                  active, sum(1 << c for c in begins), sum(1 << c for c in restores))
        self.outputs.append((self.model, y, count, [
            voice and (None if c in closed else voice + (c == closing,))
            for c, voice in enumerate(voices)]))
        voices = [voice and (voice[0], voice[1] + count) for voice in voices]
        if save:
            self.saved.append((self.model, to, list(voices)))
        self.channel = voices
        return to

    def wait(self):
        self.step(WAIT)

    def move(self, to_channel, origin, channel):
        """The state of a channel into the place of another in a new saved state."""
        image = self.images[self.model]
        self.restore_at = self.room(bytes(self.rng.randrange(256) for _ in range(image.state_bytes)))
        self.step(MOVE, self.restore_at, to_channel, origin, channel,
                  image.cell_words + image.kept_words, image.state_word, image.state_slot)


def whole(chip, folder):
    images = {"model": files.Image(folder + "/chip/mem"), "other": files.Image(folder + "/other")}
    p = Plan(chip, images)
    others = range(3, chip["channels"])  # channels that only take part
    p.step(EXPECT, 0x00, 0xFFFFFFFF, 0x45534531)
    p.step(EXPECT, 0x14, 0xFFFFFFFF, chip["channels"] << 16 | chip["pes"])
    p.load("model")
    if chip is chips.RESIDENT:  # it needs neither file any more
        for address, data in zip(p.at["model"], (images["model"].weights, images["model"].model)):
            p.step(OVERWRITE, address, len(data) & ~3)
    p.start()
    p.frames(3, begins=[(0, 0), (1, 1)] + [(c, 20 + c) for c in others])
    p.frames(2, begins=[(2, 2)])
    state = p.frames(2, begins=[(0, 3)], save=True)
    p.frames(3, idle=[1])
    p.wait()
    p.move(1, state, 2)
    p.frames(3, begins=[(2, 4)], restores=[(1, (2, 4))])
    p.frames(2, idle=[0])
    p.wait()
    p.step(SLOT, 2, 1)
    p.frames(2, begins=[(0, 5)], closed=[2])
    p.wait()
    p.step(SLOT, 2, 0)
    p.frames(3, begins=[(2, 6)])
    p.wait()
    # A channel is closed while frames are computed: from some frame on it has no voice.
    p.frames(10, closing=1)
    p.step(FRAMES, 20 + 3)
    p.step(SLOT, 1, 1)
    p.wait()
    p.step(SLOT, 1, 0)
    p.frames(2, begins=[(1, 7)])
    p.wait()
    # Another model, and a start that opens all channels.
    p.step(SLOT, 0, 1)
    p.step(STOP)
    p.load("other")
    p.start()
    p.frames(4, begins=[(0, 8), (1, 1)], idle=[2])
    state = p.frames(2, begins=[(2, 2)], save=True)
    p.wait()
    p.move(0, state, 1)
    p.frames(3, restores=[(0, (1, 6))])
    p.wait()
    p.step(END)
    return p


def write(chip, folder, p):
    size = chip["bus_bits"] // 8
    with open(folder + "/memory.hex", "w") as out:
        for at in range(0, len(p.memory), size):
            out.write(p.memory[at:at + size][::-1].hex() + "\n")
    with open(folder + "/plan.txt", "w") as out:
        out.write("\n".join(p.steps) + "\n")
    with open(folder + "/chip.vh", "w") as out:
        out.write("localparam ADDRESS_BITS = %d, BUS_BITS = %d, WORDS = %d;\n"
                  "localparam [63:0] BASE = 64'h%x;\n" % (
                      chip["address_bits"], chip["bus_bits"], len(p.memory) // size, chip["base"]))
        if chip["ports"] == 2:
            out.write("`define TWO_PORTS\n")


def read_result(chip, folder):
    """The memory as the bench left it."""
    memory = bytearray()
    with open(folder + "/result.hex") as f:
        for line in f:
            for word in line.split("//")[0].split():
                if not word.startswith("@"):
                    if "x" in word.lower():
                        raise SystemExit("the chip wrote a bit that nobody knows: " + word)
                    memory += bytes.fromhex(word.zfill(chip["bus_bits"] // 4))[::-1]
    return memory
