/** Memory of the backend's that a model's training uses again and again. */

import type { Backend, BackendArray, TypedArray, TypedArrayConstructor } from '../backend/backend.ts'

/**
 * Arrays by name, kept for the next time. WebAssembly memory is given back only when the garbage collector finds its owner,
 * which has no reason to hurry: a program that trains a model a thousand times would run out of it.
 */
export class Workspace {
  readonly #backend: Backend
  readonly #arrays = new Map<string, BackendArray<TypedArray>>()

  constructor(backend: Backend) {
    this.#backend = backend
  }

  /** The array of that name, with whatever it held, or a new one if it had another length. */
  take<A extends TypedArray>(name: string, type: TypedArrayConstructor<A>, length: number): BackendArray<A> {
    const kept = this.#arrays.get(name)
    if (kept !== undefined && kept.length === length && kept.view() instanceof type) return kept as BackendArray<A>
    const made = this.#backend.alloc(type, length)
    this.#arrays.set(name, made)
    return made
  }
}
