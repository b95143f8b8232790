"""Simulated annealing of a max-cut problem in NumPy, vectorised over replicas, fields kept up to date.

    python3 maxcut_numpy.py GRAPH REPLICAS SWEEPS FROM TO     prints {"cut": ..., "seconds": ...}
"""
import json
import sys
import time

import numpy as np

path, replicas, sweeps, hot, cold = sys.argv[1], *map(float, sys.argv[2:6])
replicas, sweeps = int(replicas), int(sweeps)
with open(path) as file:
    units, edges = map(int, file.readline().split())
    rows = np.loadtxt(file, ndmin=2)
i, j, w = rows[:, 0].astype(int) - 1, rows[:, 1].astype(int) - 1, rows[:, 2].astype(np.float32)
neighbours = [np.concatenate([j[i == k], i[j == k]]) for k in range(units)]
couplings = [-np.concatenate([w[i == k], w[j == k]])[:, None] for k in range(units)]
rng = np.random.default_rng(1)

start = time.perf_counter()
s = rng.choice(np.array([-1, 1], np.float32), (units, replicas))
f = np.zeros_like(s)
for k in range(units):
    f[k] = (couplings[k] * s[neighbours[k]]).sum(0)
for temperature in np.geomspace(hot, cold, sweeps):
    u = np.log(rng.random((units, replicas), dtype=np.float32) + 1e-12) * np.float32(-temperature / 2)
    for k in range(units):
        flip = s[k] * f[k] < u[k]
        if flip.any():
            change = np.where(flip, -2 * s[k], 0).astype(np.float32)
            s[k] += change
            f[neighbours[k]] += couplings[k] * change
cuts = (w[:, None] * (s[i] != s[j])).sum(0)
print(json.dumps({"cut": float(cuts.max()), "mean": float(cuts.mean()), "seconds": time.perf_counter() - start}))
