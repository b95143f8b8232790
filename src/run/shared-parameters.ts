/** Parameters of a model in the backend's memory, and how one writer and any number of readers share them. */

import type { Backend, BackendArray } from '../backend/backend.ts'

/** The parameters of a model, by name. */
export type Named<P> = { readonly [Name in keyof P]: BackendArray<Float32Array> }

function mapped<P extends Named<P>, Value>(parameters: P, make: (array: BackendArray<Float32Array>) => Value) {
  const all = Object.entries<BackendArray<Float32Array>>(parameters)
  return Object.fromEntries(all.map(([name, array]) => [name, make(array)])) as { [Name in keyof P]: Value }
}

/** Parameters of the same shapes, all 0. */
export function allocateLike<P extends Named<P>>(backend: Backend, parameters: P): P {
  return mapped(parameters, ({ length }) => backend.alloc(Float32Array, length)) as unknown as P
}

/** The numbers themselves, not copies; valid until the next call that may grow memory. */
export function valuesOf<P extends Named<P>>(parameters: P): { readonly [Name in keyof P]: Float32Array } {
  return mapped(parameters, (array) => array.view())
}

export type SomeValues<P extends Named<P>> = { readonly [Name in keyof P]?: Float32Array | undefined }

/** Sets those parameters that are given. */
export function setValues<P extends Named<P>>(parameters: P, values: SomeValues<NoInfer<P>>): void {
  for (const name of Object.keys(parameters) as (keyof P)[]) {
    const given = values[name]
    if (given !== undefined) parameters[name].view().set(given)
  }
}

interface Edition<P> {
  readonly parameters: P
  readers: number
}

/**
 * A reader that spans several turns of the event loop must see one state of the model throughout, while training writes
 * a new one every few milliseconds. So the parameters are written in place while nobody reads them; while somebody does,
 * the writer leaves that edition to its readers and goes on in another.
 */
export class SharedParameters<P extends Named<P>> {
  readonly #backend: Backend
  #edition: Edition<P>
  /** An edition that its readers have left, for the next time one is needed. */
  #spare: Edition<P> | undefined

  constructor(backend: Backend, parameters: P) {
    this.#backend = backend
    this.#edition = { parameters, readers: 0 }
  }

  /** The newest parameters, for use before the next turn of the event loop. */
  get current(): P {
    return this.#edition.parameters
  }

  /** Runs `body` on parameters that don't change until it settles. */
  async read<Result>(body: (parameters: P) => Promise<Result>): Promise<Result> {
    const edition = this.#edition
    edition.readers++
    try {
      return await body(edition.parameters)
    } finally {
      edition.readers--
      if (edition.readers === 0 && edition !== this.#edition) this.#spare = edition
    }
  }

  /** Parameters that nobody reads, with whatever they held, for a writer to fill and then to `replace` the newest by. */
  take(): P {
    const taken = this.#spare?.parameters ?? allocateLike(this.#backend, this.current)
    this.#spare = undefined
    return taken
  }

  /** Makes these parameters the newest; those before are left as they are until the next `take`. */
  replace(parameters: P): void {
    const old = this.#edition
    this.#edition = { parameters, readers: 0 }
    if (old.readers === 0) this.#spare = old
  }

  /** Gives back what `take` gave. */
  release(parameters: P): void {
    this.#spare = { parameters, readers: 0 }
  }

  /** Sets those parameters that are given. */
  write(values: SomeValues<P>): void {
    if (this.#edition.readers > 0) {
      const next = this.#spare ?? { parameters: allocateLike(this.#backend, this.current), readers: 0 }
      this.#spare = undefined
      setValues(next.parameters, valuesOf(this.current))
      this.#edition = next
    }
    setValues(this.current, values)
  }
}
