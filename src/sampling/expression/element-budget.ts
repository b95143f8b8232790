/** How large the values of a model may be that comes as text, perhaps from a stranger. */

import { ArgumentError, expected } from '../../errors.ts'

/** Of the elements of all values together. */
export const MOST_MODEL_ELEMENTS: number = 2 ** 22

/** Counts elements before memory is taken for them, since a short text can speak of very long vectors. */
export class ElementBudget {
  #taken = 0

  /** @throws ArgumentError when it is spent */
  take(elements: number): void {
    this.#taken += elements
    if (this.#taken <= MOST_MODEL_ELEMENTS) return
    throw new ArgumentError(expected('model', `to have at most ${MOST_MODEL_ELEMENTS} elements in all`, this.#taken))
  }
}
