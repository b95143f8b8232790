/** The points that a visitor draws: sprayed around where the pointer or the cursor is. */

import { computed, type ReadonlySignal, type Signal, signal } from '@preact/signals'
import type { Mark } from '../../ui/plane.tsx'
import { RANGES } from './setting.ts'

const MOST = 600
const SPREAD = 0.12
const STEP = 0.1

export class Drawing {
  /** [n, 2], to two decimals, so that they can be written down. */
  readonly points: Signal<Float32Array> = signal(new Float32Array())
  /** Where the keys are; undefined while they are not used. */
  readonly cursor: Signal<readonly [x: number, y: number] | undefined> = signal(undefined)
  /** Whether a stroke is going on. */
  readonly drawing: Signal<boolean> = signal(false)

  readonly marks: ReadonlySignal<readonly Mark[]> = computed(() => {
    const cursor = this.cursor.value
    if (cursor === undefined) return []
    return [{ kind: 'points', at: Float32Array.from(cursor), colour: '--second', size: 10 }]
  })

  /** Adds points around a place, the newest in the place of the oldest when there are many. */
  spray(x: number, y: number, count: number): void {
    const more = Array.from({ length: count }, () => [near(x), near(y)]).flat()
    this.points.value = Float32Array.from([...this.points.value, ...more].slice(-2 * MOST))
  }

  clear(): void {
    this.points.value = new Float32Array()
  }

  /** Arrow keys move the cursor, the space bar draws. True where the key meant something. */
  key(name: string): boolean {
    const moves: Record<string, readonly [number, number]> = {
      ArrowLeft: [-STEP, 0],
      ArrowRight: [STEP, 0],
      ArrowUp: [0, STEP],
      ArrowDown: [0, -STEP],
    }
    const [x, y] = this.cursor.value ?? [0, 0]
    const move = moves[name]
    if (move !== undefined) this.cursor.value = [inside(x + move[0], 0), inside(y + move[1], 1)]
    else if (name === ' ') {
      this.cursor.value = [x, y]
      this.spray(x, y, 12)
    } else return false
    return true
  }
}

function inside(value: number, axis: 0 | 1): number {
  const [low, high] = RANGES.drawn[axis]
  return Math.min(high, Math.max(low, value))
}

/** A sum of three uniform numbers is bell-shaped enough. */
function near(value: number): number {
  const noise = Math.random() + Math.random() + Math.random() - 1.5
  return Math.round(100 * (value + SPREAD * noise)) / 100
}
