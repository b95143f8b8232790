/** What the files of the Hopfield network share: the network's state, and the numbering of its streams of random numbers. */

import type { Backend, BackendArray } from '../backend/backend.ts'
import { ArgumentError, expected } from '../errors.ts'
import { wordsPerRow } from './bits.ts'
import { type IntegerCouplings, toIntegers } from './integer-couplings.ts'

/** Couplings and what was stored in them. Never changed once it is a core's `network`: learning makes another. */
export interface Network {
  /** [N, N], symmetric, diagonal 0. */
  readonly weights: BackendArray<Float32Array>
  /** [N] */
  readonly bias: BackendArray<Float32Array>
  /** Stored patterns as packed rows. */
  readonly patterns: Uint32Array
  /** The couplings as recall takes them, made on first use. */
  integers?: Promise<IntegerCouplings>
}

export function integersOf(backend: Backend, network: Network): Promise<IntegerCouplings> {
  network.integers ??= toIntegers(backend, network.weights, network.bias, 'spin')
  return network.integers
}

export function emptyNetwork(backend: Backend, units: number): Network {
  const weights = backend.alloc(Float32Array, units * units)
  return { weights, bias: backend.alloc(Float32Array, units), patterns: new Uint32Array() }
}

/** A copy that may be changed until it becomes a core's `network`. */
export function copyNetwork(backend: Backend, from: Network, patterns: Uint32Array = from.patterns): Network {
  const copy = { ...emptyNetwork(backend, from.bias.length), patterns }
  copy.weights.view().set(from.weights.view())
  copy.bias.view().set(from.bias.view())
  return copy
}

export function isSilent({ weights, bias }: Network): boolean {
  return weights.view().every((w) => w === 0) && bias.view().every((b) => b === 0)
}

/** The state of one `Hopfield`. Learning takes turns; what is asked meanwhile waits, and sees the result. */
export class HopfieldCore {
  readonly backend: Backend
  readonly units: number
  network: Network
  #turn: Promise<unknown> = Promise.resolve()
  #writers = 0

  constructor(backend: Backend, units: number, network: Network) {
    this.backend = backend
    this.units = units
    this.network = network
  }

  get words(): number {
    return wordsPerRow(this.units)
  }

  /** Runs `body` on the network as it is when all learning asked for so far has ended. The turn is taken by the call itself. */
  async read<Result>(body: (network: Network) => Promise<Result>): Promise<Result> {
    await this.#turn
    return body(this.network)
  }

  /** Runs `body`, which may replace the network, when no other such body runs. */
  async write<Result>(body: () => Promise<Result>): Promise<Result> {
    this.#writers++
    const turn = this.#turn.then(body).finally(() => this.#writers--)
    // The next one's turn comes also after a failure, which is the caller's to handle.
    this.#turn = turn.catch(() => {})
    return turn
  }

  /** Replaces the network at once. */
  replace(name: string, network: Network): void {
    if (this.#writers > 0) {
      throw new ArgumentError(expected(name, 'to be called when no learning is running', 'a call during one'))
    }
    this.network = network
  }
}

/** Each purpose of random numbers draws from a stream of its own under the user's seed (see rbm-core.ts). */
export const stream = { order: 101, noise: 102, training: 103, starts: 104, unlearning: 105, report: 106 } as const
