/** Ctrl-C: the first one asks the work to stop at the next good place, the second ends the process at once. */

import { exitCodes } from './failure.ts'

const signals = ['SIGINT', 'SIGTERM'] as const

// The terminal sends Ctrl-C to all of its group, and wrappers such as npx pass theirs on: one press can come twice.
const ONE_PRESS = 200

export class Interrupt {
  readonly #controller = new AbortController()
  #received: NodeJS.Signals | undefined
  #when = 0

  /** @param note is told the moment the first signal comes */
  constructor(note: (text: string) => void) {
    for (const name of signals) process.on(name, () => this.#arrived(name, note))
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** The signal that stopped the work, if one did. */
  get received(): NodeJS.Signals | undefined {
    return this.#received
  }

  #arrived(name: NodeJS.Signals, note: (text: string) => void): void {
    if (this.#received) {
      if (performance.now() - this.#when < ONE_PRESS) return
      process.exit(name === 'SIGTERM' ? exitCodes.terminated : exitCodes.interrupted)
    }
    this.#received = name
    this.#when = performance.now()
    note('stopping after the step at hand; once more to quit at once')
    this.#controller.abort(name)
  }
}
