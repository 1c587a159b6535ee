#!/usr/bin/env python3
"""Writes numpy_cases.txt: what numpy computes for the series that the tests make themselves.

Run it in this folder:  python3 make_numpy_cases.py > numpy_cases.txt

One case a line, fields separated by blanks, numbers as the hexadecimal bits of a double:

    quantile DISTRIBUTION SEED COUNT | PROBABILITY… | QUANTILE… | MEAN VARIANCE
    literal VALUE… | PROBABILITY… | QUANTILE…
    weighted DISTRIBUTION WEIGHTS SEED COUNT | PROBABILITY… | QUANTILE…
    element TYPE DISTRIBUTION SEED COUNT SCALE | PROBABILITY… | QUANTILE… (values × scale, cut to the type)
    trend DISTRIBUTION SEED COUNT | SLOPE INTERCEPT LOWER UPPER        (scipy's theilslopes)

The series are made of exactly rounded operations only, so that Series.swift makes the same ones.
"""

import itertools
import struct
import sys
import warnings

import numpy as np
from scipy.stats import theilslopes

warnings.simplefilter("ignore")
PROBABILITIES = [0.0, 0.01, 0.25, 0.5, 0.9, 0.95, 0.99, 0.999, 1.0]
COUNTS = [1, 2, 3, 10, 64, 65, 128, 129, 200, 500, 1000, 2048, 2049, 2880, 8192, 8193, 43200]
LONG_COUNTS = [300_000, 1_000_000]


def uniform(seed, count):
    """SplitMix64, its upper 53 bits as a number from 0 up to 1."""
    with np.errstate(over="ignore"):
        z = np.uint64(seed) + np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    return (z >> np.uint64(11)).astype(np.float64) * 2.0**-53


def position(count):
    return np.arange(count, dtype=np.float64)


DISTRIBUTIONS = {
    "uniform": lambda s, n: uniform(s, n),
    "centred": lambda s, n: uniform(s, n) - 0.5,
    "pareto": lambda s, n: 1 / (1 - uniform(s, n)),
    "fewDistinct": lambda s, n: np.floor(uniform(s, n) * 5),
    "constant": lambda s, n: np.full(n, 0.1),
    "sorted": lambda s, n: position(n) * 0.5,
    "reversed": lambda s, n: position(n)[::-1] * 0.5,
    "sawtooth": lambda s, n: (position(n) % 97) * 0.25,
    "burstyZeros": lambda s, n: np.where(uniform(s, n) < 0.9, 0, uniform(s + 1, n) * 100),
    "pageRoundedDrift": lambda s, n: np.floor(1000 + position(n) * 0.01 + uniform(s, n) * 50) * 4096,
    "bimodal": lambda s, n: np.where(uniform(s, n) < 0.5, uniform(s, n), 1000 + uniform(s, n)),
    "triangular": lambda s, n: uniform(s, n) + uniform(s + 1, n),
    "staircase": lambda s, n: np.floor(position(n) / 50),
    "spiky": lambda s, n: np.where(uniform(s, n) < 0.999, uniform(s + 1, n), uniform(s + 1, n) * 1e12),
}
WEIGHTS = {
    # Seconds covered: whole numbers, so that every sum is exact.
    "seconds": lambda s, n: np.floor(uniform(s, n) * 61),
    "recent": lambda s, n: uniform(s, n) * uniform(s + 7, n),
}


def bits(values):
    return " ".join(format(struct.unpack("<Q", struct.pack("<d", v))[0], "x") for v in np.atleast_1d(values))


def main():
    probabilities = bits(PROBABILITIES)
    seed = 1
    for name, make in DISTRIBUTIONS.items():
        counts = COUNTS + (LONG_COUNTS if name in ("uniform", "pareto", "fewDistinct") else [])
        for count in counts:
            seed += 10
            values = make(seed, count)
            found = np.quantile(values, PROBABILITIES)
            print("quantile", name, seed, count, "|", probabilities, "|", bits(found), "|", bits([values.mean(), values.var()]))
    for name, make in DISTRIBUTIONS.items():
        for weighing, weigh in WEIGHTS.items():
            for count in [1, 2, 10, 64, 129, 1000, 5000, 43200] + ([300_000] if name == "pareto" else []):
                seed += 10
                values, weights = make(seed, count), weigh(seed + 3, count)
                if not weights.sum() > 0:
                    continue
                found = np.quantile(values, PROBABILITIES, method="inverted_cdf", weights=weights)
                print("weighted", name, weighing, seed, count, "|", probabilities, "|", bits(found))
    for kind, scale in (("float32", 1), ("uint32", 10_000), ("int64", 1_000), ("int64", 2**40)):
        for name in ("uniform", "centred", "pareto", "fewDistinct", "burstyZeros", "pageRoundedDrift", "constant"):
            for count in [1, 2, 10, 129, 2880, 12_289, 43_200]:
                seed += 10
                values = DISTRIBUTIONS[name](seed, count) * scale
                if kind == "uint32":
                    values = np.clip(values, 0, 2**32 - 1)
                values = values.astype(kind)
                print("element", kind, name, seed, count, scale, "|", probabilities, "|", bits(np.quantile(values, PROBABILITIES)))
    for name, make in DISTRIBUTIONS.items():
        for count in [2, 10, 100, 1000, 2000]:
            seed += 10
            print("trend", name, seed, count, "|", bits(theilslopes(make(seed, count), position(count), method="joint")))
    alphabet = [0.0, 1.0, -2.5, np.inf, -np.inf, np.nan]
    some = [0.0, 0.3, 0.5, 1.0]
    for length in (1, 2, 3):
        for values in itertools.product(alphabet, repeat=length):
            print("literal", bits(values), "|", bits(some), "|", bits(np.quantile(np.array(values), some)))


if __name__ == "__main__":
    sys.exit(main())
