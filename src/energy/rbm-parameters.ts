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

/** The same as plain arrays. */
export type ParameterValues = { readonly [Name in (typeof parameterNames)[number]]: Float32Array }

/** The numbers themselves, not copies; valid until the next call that may grow memory. */
export function valuesOf({ weights, visibleBias, hiddenBias }: Parameters): ParameterValues {
  return { weights: weights.view(), visibleBias: visibleBias.view(), hiddenBias: hiddenBias.view() }
}

export type SomeValues = { readonly [Name in keyof ParameterValues]?: Float32Array | undefined }

/** Sets those parameters that are given. */
export function setValues(parameters: Parameters, values: SomeValues): void {
  for (const name of parameterNames) if (values[name] !== undefined) parameters[name].view().set(values[name])
}

interface Edition {
  readonly parameters: Parameters
  readers: number
}

/**
 * A reader that spans several turns of the event loop must see one state of the model throughout, while training writes
 * a new one every few milliseconds. So the parameters are written in place while nobody reads them; while somebody does,
 * the writer leaves that edition to its readers and goes on in another.
 */
export class SharedParameters {
  readonly #backend: Backend
  #edition: Edition
  /** An edition that its readers have left, for the next time one is needed. */
  #spare: Edition | undefined

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
      if (edition.readers === 0 && edition !== this.#edition) this.#spare = edition
    }
  }

  /** Sets those parameters that are given. */
  write(values: SomeValues): void {
    if (this.#edition.readers > 0) {
      const next = this.#spare ?? this.#newEdition()
      this.#spare = undefined
      setValues(next.parameters, valuesOf(this.current))
      this.#edition = next
    }
    setValues(this.current, values)
  }

  #newEdition(): Edition {
    const { visibleBias, hiddenBias } = this.current
    return { parameters: allocateParameters(this.#backend, visibleBias.length, hiddenBias.length), readers: 0 }
  }
}
