# SPDX-License-Identifier: Apache-2.0
"""network.py - LSTM and linear layers in double precision, from the equations in README.md, and the
mistakes that one can make with them."""
import copy
import math


def sigm(z):
    return 1 / (1 + math.exp(-z)) if z > -700 else 0.0


def times(matrix, vector):
    return [sum(w * v for w, v in zip(row, vector)) for row in matrix]


class Lstm:
    def __init__(self, tensors):
        self.t = tensors
        self.candidate = math.tanh
        self.forgets_c = self.forgets_y = False     # mistakes
        self.o_sees_c_before = self.m_is_o_c = False
        self.clear()

    def clear(self):
        cells = len(self.t["W_ix"])
        self.c = [0.0] * cells
        self.y = [0.0] * len(self.t.get("W_ym", self.t["W_ix"]))

    def gate(self, letter, function, x, c):
        t = self.t
        zeros = [0.0] * len(self.c)
        peephole = t.get("w_%sc" % letter, zeros)
        return [function(a + b + p * s + d) for a, b, p, s, d in zip(
            times(t["W_%sx" % letter], x), times(t["W_%sr" % letter], self.y), peephole, c,
            t.get("b_%s" % letter, zeros))]

    def step(self, x):
        before = self.c if not self.forgets_c else [0.0] * len(self.c)
        if self.forgets_y:
            self.y = [0.0] * len(self.y)
        i = self.gate("i", sigm, x, before)
        f = self.gate("f", sigm, x, before)
        g = self.gate("c", self.candidate, x, [0.0] * len(before))
        self.c = [a * b + d * e for a, b, d, e in zip(f, before, g, i)]
        o = self.gate("o", sigm, x, before if self.o_sees_c_before else self.c)
        m = [a * (b if self.m_is_o_c else math.tanh(b)) for a, b in zip(o, self.c)]
        if "W_ym" in self.t:
            m = times(self.t["W_ym"], m)
            m = [a + b for a, b in zip(m, self.t.get("b_y", [0.0] * len(m)))]
        self.y = m
        return m


class Linear:
    def __init__(self, tensors, activation):
        self.t = tensors
        self.activation = activation

    def clear(self):
        pass

    def step(self, x):
        return [self.activation(a + b) for a, b in zip(times(self.t["W"], x), self.t["b"])]


class Network:
    def __init__(self, tensors, activation):
        """tensors: as the file names them, layer number first."""
        self.layers = []
        for number in range(1 + max(int(name.split(".")[0]) for name in tensors)):
            own = {name.split(".", 1)[1]: numbers for name, numbers in tensors.items()
                   if int(name.split(".")[0]) == number}
            self.layers.append(Linear(own, activation) if "W" in own else Lstm(own))

    def run(self, frames):
        """y of each frame, and for each frame the state after it: layer -> (c, y)."""
        for layer in self.layers:
            layer.clear()
        y, states = [], []
        for x in frames:
            for layer in self.layers:
                x = layer.step(x)
            y.append(x)
            states.append({n: (layer.c, layer.y) for n, layer in enumerate(self.layers)
                           if isinstance(layer, Lstm)})
        return y, states


def mistakes(network):
    """Name -> a function that makes this mistake in a copy of the network."""
    made = {}

    def put(name, change):
        def make():
            wrong = copy.deepcopy(network)
            change(wrong.layers)
            return wrong
        made[name] = make

    def swap(t, a, b):
        t[a], t[b] = t[b], t[a]

    put("the two LSTM the other way round", lambda ls: ls.insert(0, ls.pop(1)))
    put("the second LSTM left out", lambda ls: ls.pop(1))
    for n, layer in enumerate(network.layers):
        if isinstance(layer, Linear):
            put("%d: rows of W the other way round" % n, lambda ls, n=n: ls[n].t["W"].reverse())
            put("%d: W without its last column" % n,
                lambda ls, n=n: [row.__setitem__(-1, 0.0) for row in ls[n].t["W"]])
            put("%d: no b" % n, lambda ls, n=n: ls[n].t.update(b=[0.0] * len(ls[n].t["b"])))
            other = math.tanh if layer.activation is not math.tanh else lambda z: z
            put("%d: another activation" % n, lambda ls, n=n: setattr(ls[n], "activation", other))
            continue
        for a, b in ("if", "io", "ic", "fo", "fc", "oc"):
            for tensor in ("W_%sx", "W_%sr", "b_%s"):
                put("%d: %s for %s" % (n, tensor % a, tensor % b),
                    lambda ls, n=n, a=a, b=b, t=tensor: swap(ls[n].t, t % a, t % b))
        for name, numbers in layer.t.items():
            zeros = [0.0] * len(numbers)
            if name.startswith("w_"):
                put("%d: no %s" % (n, name), lambda ls, n=n, m=name, z=zeros: ls[n].t.update({m: z}))
            if name.startswith("w_") or name.startswith("W_"):
                put("%d: %s the other way round" % (n, name),
                    lambda ls, n=n, m=name: ls[n].t[m].reverse())
            if name.startswith("b_"):
                put("%d: no %s" % (n, name), lambda ls, n=n, m=name, z=zeros: ls[n].t.update({m: z}))
        if "w_oc" in layer.t:
            put("%d: o sees c of before" % n,
                lambda ls, n=n: setattr(ls[n], "o_sees_c_before", True))
        put("%d: m without tanh" % n, lambda ls, n=n: setattr(ls[n], "m_is_o_c", True))
        put("%d: c is not kept" % n, lambda ls, n=n: setattr(ls[n], "forgets_c", True))
        put("%d: y is not kept" % n, lambda ls, n=n: setattr(ls[n], "forgets_y", True))
        put("%d: sigmoid for tanh of g" % n, lambda ls, n=n: setattr(ls[n], "candidate", sigm))
    return made
