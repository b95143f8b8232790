// Annealing against the best states of small problems, found by looking at all of them.

import { afterEach, describe, expect, it, vi } from 'vitest'
import {
  AbortError,
  type AnnealResult,
  ArgumentError,
  anneal,
  current,
  isingProblem,
  maxCutProblem,
  quboProblem,
  setThreads,
} from '#gibbsite'
import { uniforms } from '../support/enumeration.ts'
import { type Edge, randomGraph, torus } from '../support/graphs.ts'
import { sha256 } from '../support/sha256.ts'

const threads = current().threads()

afterEach(() => {
  vi.restoreAllMocks()
  setThreads(threads)
})

function random(units: number, seed: number) {
  const next = uniforms(seed)
  const edges = randomGraph(units, 0.5, seed).map(([i, j]): Edge => [i, j, Math.fround(2 * next() - 1)])
  return { units, edges, single: Array.from({ length: units }, () => Math.fround(2 * next() - 1)) }
}

/** The least of f over all states. */
function least(units: number, values: readonly [number, number], f: (y: number[]) => number): number {
  let best = Number.POSITIVE_INFINITY
  for (let k = 0; k < 2 ** units; k++)
    best = Math.min(best, f(Array.from({ length: units }, (_, i) => values[(k >> i) & 1]!)))
  return best
}

const pairSum = (edges: readonly Edge[], y: readonly number[]) =>
  edges.reduce((sum, [i, j, w]) => sum + w * y[i]! * y[j]!, 0)
const dot = (a: readonly number[], y: readonly number[]) => a.reduce((sum, h, i) => sum + h * y[i]!, 0)
const cutOf = (edges: readonly Edge[], y: ArrayLike<number>) =>
  edges.reduce((sum, [i, j, w]) => sum + (y[i] === y[j] ? 0 : w), 0)

describe.each([1, 2, 3])('problem %i of 14 units', (seed) => {
  const { units, edges, single } = random(14, seed)
  const options = { sweeps: 200, replicas: 40, seed }

  it('Ising: the least energy', async () => {
    const energy = (s: number[]) => -pairSum(edges, s) - dot(single, s)
    const { state, value } = await anneal(isingProblem({ units, edges, bias: single }), options)
    expect(value).toBeCloseTo(least(units, [-1, 1], energy), 9)
    expect(value).toBeCloseTo(energy([...state]), 9)
    expect(state.every((s) => s === -1 || s === 1)).toBe(true)
  })

  it('QUBO: the least sum', async () => {
    const sum = (x: number[]) => pairSum(edges, x) + dot(single, x)
    const { state, value } = await anneal(quboProblem({ units, edges, linear: single }), options)
    expect(value).toBeCloseTo(least(units, [0, 1], sum), 9)
    expect(value).toBeCloseTo(sum([...state]), 9)
    expect(state.every((x) => x === 0 || x === 1)).toBe(true)
  })

  it.each(['sequential', 'random', 'permutation', 'chromatic'] as const)(
    'max-cut: the largest cut (%s)',
    async (scan) => {
      const { state, value, values, replica } = await anneal(maxCutProblem({ units, edges }), { ...options, scan })
      expect(value).toBeCloseTo(-least(units, [-1, 1], (y) => -cutOf(edges, y)), 9)
      expect(value).toBeCloseTo(cutOf(edges, state), 9)
      expect(values[replica]).toBe(value)
      expect(Math.max(...values)).toBe(value)
    },
  )
})

it('every replica ends where no single flip goes down', async () => {
  const edges = torus(20, 40, 4)
  const { states, values } = await anneal(maxCutProblem({ units: 800, edges }), { sweeps: 30, replicas: 10, seed: 1 })
  for (let r = 0; r < 10; r++) {
    const y = states.data.subarray(800 * r, 800 * r + 800)
    const gain = new Float64Array(800)
    for (const [i, j, w] of edges) for (const k of [i, j]) gain[k]! += y[i] === y[j] ? w : -w
    expect(Math.max(...gain)).toBeLessThanOrEqual(0)
    expect(values[r]).toBe(cutOf(edges, y))
  }
})

it('finds the ground state of a ferromagnetic torus, and all of a bipartite cut', async () => {
  const edges = torus(12, 14, 1).map(([i, j]): Edge => [i, j, 1])
  const cut = await anneal(maxCutProblem({ units: 168, edges }), { sweeps: 500, seed: 2 })
  expect(cut.value).toBe(336)
  const ising = await anneal(isingProblem({ units: 168, edges }), { sweeps: 500, seed: 2 })
  expect(ising.value).toBe(-336)
})

describe('the bytes of a run', () => {
  async function everything(): Promise<string> {
    const { states, values } = await anneal(maxCutProblem({ units: 200, edges: randomGraph(200, 0.06, 3, true) }), {
      sweeps: 40,
      replicas: 70,
      seed: 5,
    })
    return `${(await sha256(states.data)).slice(0, 16)} ${(await sha256(values)).slice(0, 16)}`
  }
  const digest = '9ffe308abd206eda 87463ad6c2b1bdd6'

  it.each([1, 2, 7])('are the same with %i threads', async (count) => {
    setThreads(count)
    expect(await everything()).toBe(digest)
  })

  it('are the same in pieces of any size', async () => {
    let clock = 0
    vi.spyOn(performance, 'now').mockImplementation(() => (clock += (clock * 7919 + 13) % 61))
    expect(await everything()).toBe(digest)
  })
})

it('can be stopped, and keeps the best so far', async () => {
  const edges = torus(20, 40, 4)
  const stop = new AbortController()
  const options = { sweeps: 2 ** 30, seed: 1, signal: stop.signal, onProgress: () => stop.abort() }
  const error = await anneal(maxCutProblem({ units: 800, edges }), options).catch((caught: unknown) => caught)
  expect(error).toBeInstanceOf(AbortError)
  const { state, value, sweeps } = (error as AbortError<AnnealResult>).partial!
  expect(sweeps).toBeGreaterThan(0)
  expect(value).toBe(cutOf(edges, state))
})

describe('bad input', () => {
  it.each<[() => unknown, string]>([
    [() => maxCutProblem({ units: 3, edges: [[0, 0, 1]] }), 'to couple two different units; got unit 0 twice'],
    [
      () =>
        maxCutProblem({
          units: 3,
          edges: [
            [0, 1],
            [1, 0],
          ],
        }),
      'to have each pair once; got units 0 and 1 twice',
    ], // prettier-ignore
    [() => maxCutProblem({ units: 3, edges: [[0, 3]] }), 'to name units from 0 to 2; got 3'],
    [() => maxCutProblem({ units: 0, edges: [] }), 'expected `problem.units` to be an integer from 1'],
    [() => isingProblem({ units: 2, edges: [[0, 1, Number.NaN]] }), 'to have a finite weight'],
    [() => isingProblem({ units: 2, edges: [], bias: [1] }), 'expected `problem.bias` to have 2 values; got 1'],
    [() => quboProblem({ units: 2, edges: [], linear: [1, Number.NaN] }), 'to hold finite numbers; got NaN at index 1'],
  ])('problem %#', (call, sentence) => {
    expect(call).toThrow(ArgumentError)
    expect(call).toThrow(sentence)
  })

  it.each<[object, string]>([
    [{ replicas: 0 }, 'expected `replicas`'],
    [{ sweeps: 0 }, 'expected `sweeps`'],
    [{ temperature: { from: 1, to: 0 } }, 'expected `temperature.to`'],
    [{ update: 'downhill' }, 'expected `update`'],
    [{ scan: 'all' }, 'expected `scan`'],
    [{ seed: 0.5 }, 'expected `seed`'],
    [{ sweep: 3 }, 'did you mean "sweeps"?'],
  ])('%j', async (options, sentence) => {
    await expect(anneal(maxCutProblem({ units: 2, edges: [[0, 1]] }), options as never)).rejects.toThrow(sentence)
  })

  it('a problem without couplings is solved, too', async () => {
    const { value, state } = await anneal(isingProblem({ units: 3, edges: [], bias: [1, -2, 0.5] }), { seed: 1 })
    expect([value, ...state]).toEqual([-3.5, 1, -1, 1])
    expect((await anneal(maxCutProblem({ units: 3, edges: [] }), { seed: 1 })).value).toBe(0)
  })
})
