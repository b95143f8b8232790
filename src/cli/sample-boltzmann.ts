/** `gibbsite sample` on a Boltzmann machine. */

import { BoltzmannMachine } from '../energy/boltzmann.ts'
import { AbortError } from '../errors.ts'
import { inFile, readFileBounded } from '../io/files.node.ts'
import { type ImageShape, imageShape, reading, type ShapeOptions } from './data.ts'
import { UsageError } from './failure.ts'
import { type Task, timeLeft } from './progress.ts'

export interface BoltzmannSampling extends ShapeOptions {
  readonly chains: number
  readonly sweeps: number
  readonly beta: number
  readonly firstChain: number
  readonly probabilities?: boolean
  readonly seed?: number | bigint
}

/** Visible states as rows of 0 and 1. */
export interface BoltzmannSamples {
  readonly states: { readonly data: Uint8Array; readonly shape: readonly [number, number] }
  readonly sweep: number
  readonly seed: number | bigint
}

export interface StoredMachine {
  readonly machine: BoltzmannMachine
  readonly image?: ImageShape | undefined
}

/** "Boltzmann machine of 784 + 10 units" */
export function describeMachine({ visible, hidden }: BoltzmannMachine): string {
  return `Boltzmann machine of ${visible} + ${hidden} units`
}

export async function loadMachine(
  path: string,
  options: BoltzmannSampling,
  stored: ImageShape | undefined,
): Promise<StoredMachine> {
  if (options.probabilities) throw new UsageError('expected --probabilities only with an RBM; got a Boltzmann machine')
  if (options.beta === 0) throw new UsageError('expected --beta to be above 0 for a Boltzmann machine; got 0')
  const bytes = await reading(() => readFileBounded(path))
  const machine = await inFile(path, () => BoltzmannMachine.fromBytes(bytes))
  return { machine, image: imageShape(machine.visible, options, stored) }
}

/** The samples, also those reached when the work was stopped half way: then with the error that stopped it. */
export async function sampleMachine(
  machine: BoltzmannMachine,
  options: BoltzmannSampling,
  signal: AbortSignal,
  task: Task,
): Promise<BoltzmannSamples> {
  const { chains, sweeps, beta, firstChain, seed } = options
  const result = machine.sample({
    chains,
    sweeps,
    firstChain,
    temperature: machine.temperature / beta,
    ...(seed !== undefined && { seed }),
    signal,
    onProgress: ({ done, secondsLeft }) => task.update(done, timeLeft(secondsLeft)),
  })
  try {
    return visibleOf(machine, await result)
  } catch (error) {
    if (!(error instanceof AbortError) || error.partial === undefined) throw error
    throw new AbortError(visibleOf(machine, error.partial as Awaited<typeof result>), { cause: error.cause })
  }
}

function visibleOf(
  machine: BoltzmannMachine,
  { states, sweep, seed }: Awaited<ReturnType<BoltzmannMachine['sample']>>,
) {
  const { visible, units } = machine
  const rows = states.shape[0]
  const data = Uint8Array.from({ length: rows * visible }, (_, k) =>
    states.data[Math.floor(k / visible) * units + (k % visible)]! > 0 ? 1 : 0,
  )
  return { states: { data, shape: [rows, visible] as const }, sweep, seed }
}
