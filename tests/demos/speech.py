# SPDX-License-Identifier: Apache-2.0
"""speech.py - what espeak-ng says, as an array of floats at 16 kHz."""
import io
import subprocess
import wave

import numpy as np

RATE = 16000


def resampled(samples, rate):
    """At RATE, by its spectrum, which is cut at the lower of both limits."""
    count = round(len(samples) * RATE / rate)
    spectrum = np.fft.rfft(samples)[:count // 2 + 1]
    return np.fft.irfft(spectrum, count) * (count / len(samples))


def say(voice, text, speed=160):
    done = subprocess.run(["espeak-ng", "-v", voice, "-s", str(speed), "--stdout", text], capture_output=True,
                          check=True)
    with wave.open(io.BytesIO(done.stdout)) as file:
        rate = file.getframerate()
    samples = np.frombuffer(done.stdout[44:], "<i2") / 32768.0  # the length in the head is not that of the data
    return resampled(samples, rate).astype(np.float32)


def write_wave(path, samples):
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((np.clip(samples, -1, 1) * 32767).round().astype("<i2").tobytes())


def read_wave(path):
    with wave.open(str(path), "rb") as file:
        return np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.float32) / 32768.0
