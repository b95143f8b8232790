/** The parameters of an RBM, in the backend's memory, shared between one writer and any number of readers. */

import type { Backend, BackendArray } from '../backend/backend.ts'

export interface Parameters {
  /** [V, H], row after row. */
  readonly weights: BackendArray<Float32Array>
  /** [V] */
  readonly visibleBias: BackendArray<Float32Array>
  /** [H] */
  readonly hiddenBias: BackendArray<Float32Array>
}

export const parameterNames = ['weights', 'visibleBias', 'hiddenBias'] as const

export function allocateParameters(backend: Backend, visible: number, hidden: number): Parameters {
  return {
    weights: backend.alloc(Float32Array, visible * hidden),
    visibleBias: backend.alloc(Float32Array, visible),
    hiddenBias: backend.alloc(Float32Array, hidden),
  }
}

export function copyParameters(from: Parameters, to: Parameters): void {
  for (const name of parameterNames) to[name].view().set(from[name].view())
}

interface Edition {
  readonly parameters: Parameters
  readers: number
}

/**
 * A reader that spans several turns of the event loop must see one state of the model throughout, while training writes
 * a new one every few milliseconds. So the parameters are written in place while nobody reads them; while somebody does,
 * the writer leaves that edition to its readers and begins another.
 */
export class SharedParameters {
  readonly #backend: Backend
  #edition: Edition

  constructor(backend: Backend, parameters: Parameters) {
    this.#backend = backend
    this.#edition = { parameters, readers: 0 }
  }

  /** The newest parameters, for use before the next turn of the event loop. */
  get current(): Parameters {
    return this.#edition.parameters
  }

  /** Runs `body` on parameters that don't change until it settles. */
  async read<Result>(body: (parameters: Parameters) => Promise<Result>): Promise<Result> {
    const edition = this.#edition
    edition.readers++
    try {
      return await body(edition.parameters)
    } finally {
      edition.readers--
    }
  }

  write(from: Parameters): void {
    if (this.#edition.readers > 0) {
      const { visibleBias, hiddenBias } = this.current
      this.#edition = {
        parameters: allocateParameters(this.#backend, visibleBias.length, hiddenBias.length),
        readers: 0,
      }
    }
    copyParameters(from, this.current)
  }
}
