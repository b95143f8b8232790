// The matrices of the samplers' sweeps: against the law they must keep, plain products, and runs of the samplers themselves.

import { describe, expect, it } from 'vitest'
import { BoltzmannMachine, RBM, type Scan, type TransitionMatrix, transitionMatrix } from '#gibbsite'
import { edgesOf, lawOf, numberOf, optionsOf, type SmallMachine, smallMachine, valuesOf } from '../support/boltzmann.ts'
import { parametersOf, smallRbm, visibleDistribution } from '../support/enumeration.ts'
import { chiSquareTest, Family } from '../support/statistics.ts'

const rowOf = ({ data, shape }: TransitionMatrix, s: number) => data.subarray(s * shape[0], (s + 1) * shape[0])

/** p P. */
function stepped(p: ArrayLike<number>, matrix: TransitionMatrix): Float64Array {
  const result = new Float64Array(p.length)
  for (let s = 0; s < p.length; s++) for (const [t, q] of rowOf(matrix, s).entries()) result[t]! += p[s]! * q
  return result
}

/** Flip probabilities in plain double precision. */
function flipOf(small: SmallMachine, state: number, unit: number, temperature: number, metropolis: boolean): number {
  const y = valuesOf(small, state)
  const z = small.bias[unit]! + small.couplings[unit]!.reduce((sum, w, j) => sum + w * y[j]!, 0)
  const up = ((small.states === 'spin' ? 2 : 1) * z) / temperature
  const rise = (state >>> unit) & 1 ? up : -up
  return metropolis ? Math.min(1, Math.exp(-rise)) : 1 / (1 + Math.exp(rise))
}

function plainMatrix(
  small: SmallMachine,
  order: readonly number[],
  temperature: number,
  metropolis: boolean,
): Float64Array {
  const states = 2 ** small.units
  const all = new Float64Array(states * states)
  for (let s = 0; s < states; s++) {
    let p = new Float64Array(states)
    p[s] = 1
    for (const unit of order) {
      const next = new Float64Array(states)
      for (let k = 0; k < states; k++) {
        const moved = p[k]! * flipOf(small, k, unit, temperature, metropolis)
        next[k]! += p[k]! - moved
        next[k ^ (1 << unit)]! += moved
      }
      p = next
    }
    all.set(p, s * states)
  }
  return all
}

function permutations(n: number): number[][] {
  if (n === 0) return [[]]
  return permutations(n - 1).flatMap((rest) =>
    Array.from({ length: n }, (_, at) => [...rest.slice(0, at), n - 1, ...rest.slice(at)]),
  )
}

const meanOf = (all: Float64Array[]) => all[0]!.map((_, k) => all.reduce((sum, one) => sum + one[k]!, 0) / all.length)

describe.each(['spin', 'binary'] as const)('a machine of %s units', (states) => {
  const small = smallMachine(4, 8, states, 1, 0.7)
  const dense = new BoltzmannMachine({ visible: 4, temperature: 1.3, ...optionsOf(small) })
  const sparse = new BoltzmannMachine({
    visible: 4,
    temperature: 1.3,
    states,
    couplings: { edges: edgesOf(small) },
    bias: small.bias,
  })

  it.each(['heat-bath', 'metropolis'] as const)('every scan is the product of its visits (%s)', async (update) => {
    const plain = (order: readonly number[]) => plainMatrix(small, order, 1.3, update === 'metropolis')
    const close = (got: TransitionMatrix, wanted: Float64Array) => {
      expect(got.shape).toEqual([16, 16])
      for (const [k, p] of got.data.entries()) expect(Math.abs(p - wanted[k]!)).toBeLessThan(1e-6)
    }
    const tuples = Array.from({ length: 256 }, (_, k) => [k & 3, (k >> 2) & 3, (k >> 4) & 3, (k >> 6) & 3])
    for (const machine of [dense, sparse]) {
      close(await transitionMatrix(machine, { update }), plain([0, 1, 2, 3]))
      close(await transitionMatrix(machine, { update, scan: 'random' }), meanOf(tuples.map(plain)))
      close(await transitionMatrix(machine, { update, scan: 'permutation' }), meanOf(permutations(4).map(plain)))
    }
  })

  it.each<Scan>(['sequential', 'random', 'permutation', 'chromatic'])(
    'keeps the law (%s), and its rows sum to 1',
    async (scan) => {
      for (const machine of [dense, sparse]) {
        for (const update of ['heat-bath', 'metropolis'] as const) {
          const matrix = await transitionMatrix(machine, { scan, update, temperature: 0.8 })
          for (let s = 0; s < 16; s++) expect(rowOf(matrix, s).reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12)
          const { p } = lawOf(small, 0.8)
          for (const [t, q] of stepped(p, matrix).entries()) expect(Math.abs(q - p[t]!)).toBeLessThan(1e-6)
        }
      }
    },
  )

  it.each<Scan>(['sequential', 'random', 'permutation', 'chromatic'])(
    'is what the sampler does in a sweep (%s)',
    async (scan) => {
      const family = new Family()
      const [chains, start] = [20_000, 0b0110]
      for (const [name, machine] of Object.entries({ dense, sparse })) {
        for (const update of ['heat-bath', 'metropolis'] as const) {
          const row = rowOf(await transitionMatrix(machine, { scan, update }), start)
          const { states: drawn } = await machine.sample({
            chains,
            sweeps: 1,
            init: valuesOf(small, start),
            scan,
            update,
            seed: 3,
          })
          const counts = new Float64Array(16)
          for (let r = 0; r < chains; r++) counts[numberOf(drawn.data, 4 * r, 4)]!++
          const likely = [...row.keys()].filter((t) => row[t]! * chains >= 5)
          const rest = (all: ArrayLike<number>) =>
            [...row.keys()].reduce((sum, t) => sum + (likely.includes(t) ? 0 : all[t]!), 0)
          const [observed, wanted] = [likely.map((t) => counts[t]!), likely.map((t) => row[t]! * chains)]
          if (rest(row) * chains > 1e-6) {
            observed.push(rest(counts))
            wanted.push(rest(row) * chains)
          }
          family.add(`${name} ${update}`, chiSquareTest(observed, wanted))
        }
      }
      expect(family.failures()).toEqual([])
    },
  )
})

it('a Metropolis sweep in a fixed order at an infinite temperature goes to and fro between two states', async () => {
  const machine = new BoltzmannMachine({ visible: 3, temperature: Number.POSITIVE_INFINITY })
  const matrix = await transitionMatrix(machine, { update: 'metropolis' })
  for (let s = 0; s < 8; s++) expect(rowOf(matrix, s)[7 - s]).toBeCloseTo(1, 6)
  const fair = await transitionMatrix(machine)
  for (const p of fair.data) expect(p).toBeCloseTo(1 / 8, 6)
})

it('twelve units take seconds at most', async () => {
  const machine = new BoltzmannMachine({ visible: 12, ...optionsOf(smallMachine(12, 1, 'spin', 0.3)) })
  const matrix = await transitionMatrix(machine)
  const { p } = lawOf(smallMachine(12, 1, 'spin', 0.3))
  for (const [t, q] of stepped(p, matrix).entries()) expect(Math.abs(q - p[t]!)).toBeLessThan(1e-6)
})

it('an RBM keeps its law', async () => {
  const small = smallRbm(3, 2, 5)
  const rbm = new RBM({ visible: 3, hidden: 2 })
  rbm.setParameters(parametersOf(small))
  const matrix = await transitionMatrix(rbm)
  const { p } = visibleDistribution(small)
  // From v alone the hidden units are drawn: any joint law with these visible marginals ends in the model's.
  const joint = Float64Array.from({ length: 32 }, (_, s) => (s < 8 ? p[s]! : 0))
  const after = stepped(joint, matrix)
  for (let v = 0; v < 8; v++) {
    const marginal = [0, 1, 2, 3].reduce((sum, h) => sum + after[h * 8 + v]!, 0)
    expect(marginal).toBeCloseTo(p[v]!, 6)
  }
  for (const [t, q] of stepped(after, matrix).entries()) expect(q).toBeCloseTo(after[t]!, 6)
})

it.each<[() => Promise<unknown>, string]>([
  [() => transitionMatrix(new BoltzmannMachine({ visible: 13 })), 'expected `model` to have at most 12 units; got 13'],
  [() => transitionMatrix(new RBM({ visible: 10, hidden: 3 })), 'to have at most 12 units; got 13'],
  [() => transitionMatrix({} as never), 'expected `model` to be a BoltzmannMachine or an RBM'],
  [() => transitionMatrix(new BoltzmannMachine({ visible: 2 }), { scan: 'all' as never }), 'expected `scan`'],
  [() => transitionMatrix(new BoltzmannMachine({ visible: 2 }), { temperature: 0 }), 'expected `temperature`'],
  [() => transitionMatrix(new RBM({ visible: 1, hidden: 1 }), { scan: 'random' }), 'to be left out for an RBM'],
])('refuses wrong calls (%#)', async (call, sentence) => {
  await expect(call()).rejects.toThrow(sentence)
})
