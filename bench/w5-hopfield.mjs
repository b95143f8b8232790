// W5: recall in a Hopfield network of 1024 units with 100 random patterns by Hebb's rule: 256 probes with 10 % of the units
// flipped, units in order, to the fixed point; from the probes, start fields included.
const UNITS = 1024
const PATTERNS = 100
const PROBES = 256
const NOISE = 0.1

export default [
  {
    id: 'W5.hopfield.recall',
    unit: 'probes/s',
    work: PROBES,
    async setup({ Hopfield, Rng }) {
      const patterns = Float32Array.from(new Rng(5).bernoulli(PATTERNS * UNITS), (bit) => 2 * bit - 1)
      const flips = new Rng(7).bernoulli(PROBES * UNITS, { p: NOISE })
      const data = Float32Array.from(flips, (flip, k) => patterns[k % (PATTERNS * UNITS)] * (1 - 2 * flip))
      const probes = { data, shape: [PROBES, UNITS] }
      const net = new Hopfield({ units: UNITS })
      await net.store({ data: patterns, shape: [PATTERNS, UNITS] }, { rule: 'hebbian' })
      return async () => {
        const { converged } = await net.recall(probes, { order: 'sequential' })
        if (!converged.every(Boolean)) throw new Error('a run did not end')
      }
    },
  },
]
