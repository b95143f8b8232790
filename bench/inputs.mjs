// The inputs that every implementation of a workload is given, in every language (WORKLOADS.md).

/** lowbias32 hash of index and seed. */
export function h32(index, seed) {
  let x = (index + Math.imul(seed, 0x9e3779b9)) >>> 0
  x ^= x >>> 16
  x = Math.imul(x, 0x7feb352d)
  x ^= x >>> 15
  x = Math.imul(x, 0x846ca68b)
  x ^= x >>> 16
  return x >>> 0
}

export const u01 = (index, seed) => h32(index, seed) / 2 ** 32

/** Uniform on (-scale, scale). */
export const weights = (count, seed, scale) =>
  Float32Array.from({ length: count }, (_, i) => (u01(i, seed) - 0.5) * 2 * scale)
