// The exact oracle of the Boltzmann machine against sums over all states in plain TypeScript.

import { describe, expect, it } from 'vitest'
import { BoltzmannMachine } from '#gibbsite'
import { countStates, edgesOf, energyOf, lawOf, optionsOf, smallMachine, valuesOf } from '../support/boltzmann.ts'
import { uniforms } from '../support/enumeration.ts'
import { chiSquareTest, Family } from '../support/statistics.ts'

const close = (got: ArrayLike<number>, wanted: ArrayLike<number>, digits = 10) => {
  expect(got.length).toBe(wanted.length)
  for (let k = 0; k < got.length; k++) expect(got[k]).toBeCloseTo(wanted[k]!, digits)
}

describe.each(['spin', 'binary'] as const)('a machine of %s units', (states) => {
  // 14 units: more than a block of 2^12 states.
  it.each([1, 2, 9, 12, 14])('%i units: log Z, means, moments', async (units) => {
    const small = smallMachine(units, 7 + units, states)
    const machine = new BoltzmannMachine({ visible: units, ...optionsOf(small) })
    for (const temperature of [0.5, 1, 2]) {
      const law = lawOf(small, temperature)
      const got = await machine.exact({ temperature })
      expect(got.logPartition).toBeCloseTo(law.logZ, 10)
      close(got.means, law.means)
      close(got.moments, law.moments)
      close(await got.probabilities(), law.p, 12)
      expect(got.free).toEqual(Array.from({ length: units }, (_, i) => i))
    }
  })

  it('gives the law of the others where units are held', async () => {
    const small = smallMachine(9, 3, states, 1, 0.6)
    const held = [
      [2, 1],
      [5, -1],
      [8, 1],
    ] as const // prettier-ignore
    const values = valuesOf(small, 0b100000100)
    const mask = Array.from({ length: 9 }, (_, i) => held.some(([unit]) => unit === i))
    const law = lawOf(small, 1, held)
    for (const couplings of [small.couplings, { edges: edgesOf(small) }]) {
      const machine = new BoltzmannMachine({ visible: 9, states, couplings, bias: small.bias })
      const got = await machine.exact({ clamp: { mask, values } })
      expect(got.free).toEqual([0, 1, 3, 4, 6, 7])
      expect(got.logPartition).toBeCloseTo(law.logZ, 10)
      close(got.means, law.means)
      close(got.moments, law.moments)
      expect((await got.probabilities()).length).toBe(64)
    }
  })

  it('draws independent samples', async () => {
    const family = new Family()
    for (const units of [5, 14]) {
      const small = smallMachine(units, 21, states, units === 5 ? 1 : 0.3)
      const machine = new BoltzmannMachine({ visible: units, ...optionsOf(small) })
      const n = 20_000
      const { data, shape } = await (await machine.exact()).sample(n, { seed: 5 })
      expect(shape).toEqual([n, units])
      // Of 14 units, the states of the first and the last two: blocks and places within blocks.
      const some = units === 5 ? [0, 1, 2, 3, 4] : [0, 1, 12, 13]
      const picked = Int8Array.from(
        { length: n * some.length },
        (_, k) => data[Math.floor(k / some.length) * units + some[k % some.length]!]!,
      )
      const law = lawOf(small)
      const expected = new Float64Array(2 ** some.length)
      for (const [k, p] of law.p.entries()) expected[countIndex(k, some)]! += n * p
      family.add(`${units} units`, chiSquareTest(countStates(picked, some.length), expected))
    }
    expect(family.failures()).toEqual([])
  })

  it('sums out hidden units, and differentiates', async () => {
    const small = smallMachine(6, 13, states, 0.7)
    const machine = new BoltzmannMachine({ visible: 4, hidden: 2, temperature: 1.5, ...optionsOf(small) })
    const next = uniforms(5)
    const data = Array.from({ length: 7 }, () =>
      Array.from({ length: 4 }, () => (next() < 0.5 ? 1 : states === 'spin' ? -1 : 0)),
    )
    const likelihood = (changed: typeof small) => {
      const all = lawOf(changed, 1.5).logZ
      const each = data.map(
        (row) =>
          lawOf(
            changed,
            1.5,
            row.map((value, i) => [i, value] as const),
          ).logZ - all,
      )
      return each.reduce((a, b) => a + b, 0) / data.length
    }
    expect(await machine.logLikelihood(data)).toBeCloseTo(likelihood(small), 9)
    const gradient = await machine.gradient(data)
    expect(gradient.logLikelihood).toBeCloseTo(likelihood(small), 9)
    const step = 1e-4
    const slope = (change: (s: typeof small, by: number) => void) => {
      const [up, down] = [structuredClone(small), structuredClone(small)]
      change(up, step)
      change(down, -step)
      return (likelihood(up) - likelihood(down)) / (2 * step)
    }
    for (let i = 0; i < 6; i++) {
      expect(gradient.bias[i]).toBeCloseTo(
        slope((s, by) => (s.bias[i]! += by)),
        6,
      )
      for (let j = 0; j < i; j++) {
        const wanted = slope((s, by) => {
          s.couplings[i]![j]! += by
          s.couplings[j]![i]! += by
        })
        expect(gradient.couplings[6 * i + j]).toBeCloseTo(wanted, 6)
        expect(gradient.couplings[6 * j + i]).toBe(gradient.couplings[6 * i + j])
      }
    }
  })

  it('energies, fields and pseudo-likelihood are the plain sums', async () => {
    const small = smallMachine(40, 17, states, 1, 0.5)
    const next = uniforms(8)
    const rows = Array.from({ length: 70 }, () =>
      Array.from({ length: 40 }, () => (next() < 0.5 ? 1 : states === 'spin' ? -1 : 0)),
    )
    for (const couplings of [small.couplings, { edges: edgesOf(small) }]) {
      const machine = new BoltzmannMachine({ visible: 40, states, couplings, bias: small.bias, temperature: 2 })
      close(
        await machine.energy(rows),
        rows.map((row) => energyOf(small, row)),
        5,
      )
      const fields = rows.map((row) =>
        small.bias.map((b, i) => b + row.reduce<number>((sum, y, j) => sum + small.couplings[i]![j]! * y, 0)),
      )
      close((await machine.fields(rows)).data, fields.flat(), 4)
      const sharp = states === 'spin' ? 1 : 0.5
      const pseudo = rows.map((row, r) =>
        row.reduce<number>((sum, y, i) => sum - Math.log1p(Math.exp((y > 0 ? -1 : 1) * sharp * fields[r]![i]!)), 0),
      )
      expect(await machine.pseudoLogLikelihood(rows)).toBeCloseTo(pseudo.reduce((a, b) => a + b, 0) / 70, 4)
    }
  })
})

it('takes 20 units in a moment, and agrees with a chain of couplings, whose sum has a closed form', async () => {
  // sum over spins of exp(sum_i K s_i s_i+1) = 2 (2 cosh K)^(N-1)
  const edges = Array.from({ length: 19 }, (_, i) => [i, i + 1, 0.5] as [number, number, number])
  const { logPartition, moments } = await new BoltzmannMachine({ visible: 20, couplings: { edges } }).exact()
  expect(logPartition).toBeCloseTo(Math.log(2) + 19 * Math.log(2 * Math.cosh(0.5)), 10)
  expect(moments[20 * 3 + 9]).toBeCloseTo(Math.tanh(0.5) ** 6, 10)
})

function countIndex(state: number, units: readonly number[]): number {
  return units.reduce((k, unit, place) => k | (((state >>> unit) & 1) << place), 0)
}
