/** A Boltzmann machine as the server has it. Its chains share the order of their visits, so each request runs by itself. */

import * as check from '../../check.ts'
import type { BoltzmannMachine } from '../../energy/boltzmann.ts'
import type { Scan } from '../../energy/boltzmann-couplings.ts'
import type { BoltzmannSampleResult, BoltzmannSnapshot } from '../../energy/boltzmann-sample.ts'
import { ArgumentError, expected } from '../../errors.ts'
import { type Matrix, row } from '../../matrix.ts'
import type { Seed } from '../../random/key.ts'
import type { LongOptions } from '../../run/progress.ts'
import { type Answer, seedJson } from '../answer.ts'
import { everyOf, firstChainOf, known, knownMatrix, matrixOf, seedOf, sweepsOf } from '../fields.ts'
import { chainCount, type Limits } from '../limits.ts'
import { once } from '../once.ts'
import { type Fields, type Job, type Operation, operation, type ServedModel } from '../operation.ts'
import { vector } from './rbm.ts'

/** Units up to which log Z can be summed up. */
const MOST_EXACT = 25
const scans = ['sequential', 'random', 'permutation', 'chromatic'] as const
const updates = ['heat-bath', 'metropolis'] as const

export function serveBoltzmann(name: string, machine: BoltzmannMachine, closing: AbortSignal): ServedModel {
  const { visible, hidden, units, states, temperature } = machine
  const exact = units <= MOST_EXACT && hidden === 0
  return {
    name,
    kind: 'boltzmann',
    facts: { visible, hidden, states, temperature },
    operations: {
      sample: operation(sampling(machine)),
      ...(exact && { 'log-prob': operation(likelihood(machine, closing)) }),
      complete: operation(retrieving(machine, 'data')),
      recall: operation(retrieving(machine, 'probes')),
    },
  }
}

interface Dynamics {
  readonly scan: Scan
  readonly update: (typeof updates)[number]
  readonly temperature: number
}

const dynamicsFields = ['scan', 'update', 'temperature']

function dynamicsOf(machine: BoltzmannMachine, fields: Fields): Dynamics {
  return {
    scan: check.oneOf('scan', fields['scan'] ?? 'sequential', scans),
    update: check.oneOf('update', fields['update'] ?? 'heat-bath', updates),
    temperature: check.numberWithin('temperature', fields['temperature'] ?? machine.temperature, 1e-6, 1e6),
  }
}

interface Sampling extends Job {
  readonly chains: number
  readonly firstChain: number
  readonly sweeps: number
  readonly seed: Seed
  readonly dynamics: Dynamics
  readonly init: Matrix | undefined
  readonly every: number | undefined
}

function sampling(machine: BoltzmannMachine): Operation<Sampling> {
  return {
    read(given, limits) {
      const fields = known(given, [...['chains', 'sweeps', 'seed', 'firstChain', 'init', 'every'], ...dynamicsFields])
      const chains = chainCount(limits, fields['chains'], machine.units)
      const sweeps = sweepsOf(fields, 1000)
      return {
        ...{ rows: chains, chains, sweeps },
        firstChain: firstChainOf(fields, chains),
        seed: seedOf(fields),
        dynamics: dynamicsOf(machine, fields),
        init: fields['init'] === undefined ? undefined : matrixOf(limits, fields, 'init', machine.units, 'finite'),
        every: everyOf(fields, sweeps),
      }
    },
    async run([job], options) {
      return [sampled(await machine.sample({ ...runOf(job!), ...options }), job!)]
    },
    steps: ({ every, ...job }, options) =>
      every === undefined ? undefined : steps(machine, { ...job, every }, options),
  }
}

function runOf({ chains, firstChain, sweeps, seed, dynamics, init }: Sampling) {
  return { chains, firstChain, sweeps, seed, ...dynamics, init }
}

function sampled({ states, energies, sweep }: BoltzmannSnapshot, job: Sampling): Answer {
  return {
    facts: { seed: seedJson(job.seed), firstChain: job.firstChain, sweeps: sweep },
    arrays: { samples: states, energies: vector(energies) },
  }
}

/** The states after every so many sweeps, each run going on where the one before it ended. */
async function* steps(
  machine: BoltzmannMachine,
  job: Sampling & { every: number },
  { signal }: LongOptions,
): AsyncIterable<Answer> {
  let [done, init]: [number, BoltzmannSnapshot['states'] | Matrix | undefined] = [0, job.init]
  while (done < job.sweeps) {
    const sweeps = Math.min(job.every, job.sweeps - done)
    const run = { ...runOf(job), sweeps, init, firstSweep: done, signal }
    const result: BoltzmannSampleResult = await machine.sample(run)
    done += sweeps
    init = result.states
    yield sampled({ ...result, sweep: done }, job)
  }
}

interface Likelihood extends Job {
  readonly data: Matrix
}

function likelihood(machine: BoltzmannMachine, closing: AbortSignal): Operation<Likelihood> {
  const law = once(() => machine.exact({ signal: closing }))
  return {
    body: 'data',
    read(given, limits) {
      const data = matrixOf(limits, known(given, ['data']), 'data', machine.units, 'finite')
      return { rows: data.shape[0], data }
    },
    async run([job], options) {
      const energies = await machine.energy(job!.data, { signal: options.signal })
      const { logPartition } = await law(options.signal)
      const logProb = energies.map((energy) => -energy / machine.temperature - logPartition)
      return [
        { facts: { logPartition, method: 'exact' }, arrays: { logProb: vector(logProb), energy: vector(energies) } },
      ]
    },
  }
}

interface Retrieval extends Job {
  readonly data: Matrix
  readonly known: Float32Array | undefined
  readonly sweeps: number
  readonly average: number
  readonly seed: Seed
  readonly dynamics: Dynamics
}

/** The mean of the last states of chains that start at `data`; its known units are held. */
function retrieving(machine: BoltzmannMachine, name: 'data' | 'probes'): Operation<Retrieval> {
  return {
    body: name,
    read: (given, limits) => readRetrieval(machine, name, given, limits),
    async run([job], options) {
      const { data, known: mask, sweeps, average, seed, dynamics } = job!
      const run = { known: mask, sweeps, average, seed, ...dynamics, ...options }
      const { states, means, standardErrors } = await machine.retrieve(data, run)
      return [{ facts: { seed: seedJson(seed), sweeps }, arrays: { states, mean: means, standardErrors } }]
    },
  }
}

function readRetrieval(machine: BoltzmannMachine, name: 'data' | 'probes', given: Fields, limits: Limits): Retrieval {
  const fields = known(given, [name, 'known', 'sweeps', 'average', 'seed', ...dynamicsFields])
  const wanted = name === 'data' || fields['known'] !== undefined
  const data = matrixOf(limits, fields, name, machine.visible, 'finite')
  const mask = wanted ? oneRow(knownMatrix(fields, 1, machine.visible)) : undefined
  const sweeps = sweepsOf(fields, 200)
  return {
    ...{ rows: data.shape[0], data, known: mask, sweeps },
    average: check.positiveInteger('average', fields['average'] ?? Math.ceil(sweeps / 2), sweeps),
    seed: seedOf(fields),
    dynamics: dynamicsOf(machine, fields),
  }
}

function oneRow(matrix: Matrix): Float32Array {
  if (matrix.shape[0] === 1) return row(matrix, 0)
  throw new ArgumentError(expected('known', 'to have 1 row, for a Boltzmann machine', matrix.shape[0]))
}
