/** The button that starts a room's work, and pauses it. */

import type { Signal } from '@preact/signals'

export interface RunButtonProps {
  readonly running: Signal<boolean>
  /** What it says while nothing runs. */
  readonly start: string
  readonly disabled: boolean
}

export function RunButton({ running, start, disabled }: RunButtonProps) {
  return (
    <button class="main" type="button" onClick={() => (running.value = !running.value)} disabled={disabled}>
      {running.value ? 'Pause' : start}
    </button>
  )
}
