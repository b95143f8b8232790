// Real NVP against a density of the plane that is known: what a training is for, measured and not only seen to fall.
// `examples/flow-2d.mjs` does the same at length, for eight Gaussians too.

import { expect, it } from 'vitest'
import { Actnorm, Coupling, Flow, mlp, twoMoons } from '#gibbsite'

const ROWS = 40_000
const HELD = 20_000

it('learns two moons to within 0.03 nats of the truth', { timeout: 180_000 }, async () => {
  const truth = twoMoons()
  const net = mlp({ hidden: [32, 32], activation: 'silu' })
  const layers = [0, 1, 0, 1, 0, 1, 0, 1] as const
  const flow = new Flow(
    layers.flatMap((parity) => [new Actnorm(), new Coupling({ mask: 'odd-even', parity, net })]),
    { dim: 2, seed: 3 },
  )
  const learningRate = { initial: 1e-2, final: 1e-4, schedule: 'cosine' } as const
  const train = { data: truth.sample(ROWS, { seed: 1 }), shape: [ROWS, 2] }
  await flow.fit(train, { epochs: 30, batch: 512, learningRate, warmup: 50, clip: 5, seed: 4 })

  // KL(truth, flow) = E[log truth - log flow], by fresh points. A standard error of it is some 0.002 here; 0.0156 was seen.
  const fresh = { data: truth.sample(HELD, { seed: 99 }), shape: [HELD, 2] }
  const [known, own] = [truth.logPdf(fresh.data), await flow.logProb(fresh)]
  const kl = own.reduce((sum, value, i) => sum + known[i]! - value, 0) / HELD
  expect(kl).toBeGreaterThan(-0.005)
  expect(kl).toBeLessThan(0.03)
})
