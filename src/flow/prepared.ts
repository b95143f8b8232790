/** What the kernels make of a flow's parameters before they use them (weights in the order of the product), kept between calls. */

import type { Backend, BackendArray } from '../backend/backend.ts'
import type { FlowParameters } from './flow-core.ts'

interface Slot {
  readonly array: BackendArray<Float32Array>
  /** Of the parameters that it was made of. */
  edition: number
  ready: Promise<void> | undefined
  readers: number
}

/** One array for each edition of the parameters that somebody is reading, and one for the next reader. */
export class PreparedParameters {
  readonly #backend: Backend
  readonly #program: BackendArray<Int32Array>
  readonly #slots: Slot[] = []
  #size: number | undefined
  #edition = 0

  constructor(backend: Backend, program: BackendArray<Int32Array>) {
    this.#backend = backend
    this.#program = program
  }

  /** The parameters have changed. */
  forget(): void {
    this.#edition++
  }

  /** The array for the newest parameters if it is there already, else undefined; for use before the next turn of the event loop. */
  get current(): BackendArray<Float32Array> | undefined {
    return this.#slots.find(({ edition, ready }) => edition === this.#edition && ready === undefined)?.array
  }

  /** Runs `body` with the array that belongs to the newest parameters, which are `parameters`. */
  async read<Result>(
    { values }: FlowParameters,
    body: (prepared: BackendArray<Float32Array>) => Promise<Result>,
  ): Promise<Result> {
    const slot = this.#slots.find(({ edition }) => edition === this.#edition) ?? this.#make(values)
    slot.readers++
    try {
      await slot.ready
      return await body(slot.array)
    } finally {
      slot.readers--
    }
  }

  #make(values: BackendArray<Float32Array>): Slot {
    const slot = this.#slots.find(({ readers }) => readers === 0) ?? this.#allocate()
    slot.edition = this.#edition
    slot.ready = this.#backend.run('flowPrepare', this.#program, values, slot.array).then(() => {
      slot.ready = undefined
    })
    return slot
  }

  #allocate(): Slot {
    this.#size ??= this.#backend.kernels.flowPreparedSize(this.#program)
    const array = this.#backend.alloc(Float32Array, this.#size)
    const slot: Slot = { array, edition: -1, ready: undefined, readers: 0 }
    this.#slots.push(slot)
    return slot
  }
}
