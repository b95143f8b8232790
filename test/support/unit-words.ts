/**
 * The random words that the kernels decide units by, once more from the description in native/core/unit_sampler.h: word k
 * of the Philox4x32-10 block at counter (8 panel + lane, sweep, chain, tag) belongs to unit 32 panel + 8 k + lane.
 */

export type Key = readonly [low: number, high: number]

/** Which draw is meant: see `rbm_tag` in native/kernels/rbm_model.h. */
export const tag = { hidden: 1, visible: 2, dataHidden: 3, swap: 4 } as const

/** Philox4x32-10 (Salmon et al. 2011) of one counter. */
export function philox(counter: readonly number[], key: Key): number[] {
  let [c0, c1, c2, c3] = counter.map(BigInt) as [bigint, bigint, bigint, bigint]
  let [k0, k1] = [BigInt(key[0]), BigInt(key[1])]
  const low = 0xffffffffn
  for (let round = 0; round < 10; round++) {
    const [a, b] = [0xd2511f53n * c0, 0xcd9e8d57n * c2]
    ;[c0, c1, c2, c3] = [(b >> 32n) ^ c1 ^ k0, b & low, (a >> 32n) ^ c3 ^ k1, a & low]
    ;[k0, k1] = [(k0 + 0x9e3779b9n) & low, (k1 + 0xbb67ae85n) & low]
  }
  return [c0, c1, c2, c3].map(Number)
}

export function unitWord(key: Key, purpose: number, sweep: number, chain: number, unit: number): number {
  const panel = Math.floor(unit / 32)
  const within = unit % 32
  return philox([8 * panel + (within % 8), sweep, chain, purpose], key)[Math.floor(within / 8)]!
}

/** In (0, 1], with 31 bits. */
export function fineUniform(word: number): number {
  return (Math.floor(word / 2) + 0.5) / 2 ** 31
}

/**
 * Whether a unit of field z is on: u < sigma(z). The kernels add in float32, so a draw within 4e-6 of the boundary could fall
 * either way; then the test is told to take another seed.
 */
export function decide(z: number, word: number): number {
  const [p, u] = [1 / (1 + Math.exp(-z)), fineUniform(word)]
  if (Math.abs(p - u) < 4e-6) throw new Error(`a draw too close to call: u = ${u}, p = ${p}; choose another seed`)
  return u < p ? 1 : 0
}
