/**
 * What pairs (x, y) say of a kernel, where x is from the target and y what the kernel made of it, pair by pair independent:
 *
 *   the kernel leaves the target invariant   => as many pairs enter any set as leave it
 *   the kernel is reversible                 => as many pairs go from any set to another as back
 *
 * Given how many pairs moved at all, either way is a fair coin: an exact sign test for each set.
 */

import { type KernelState, short, type View } from './kernel-views.ts'
import { type Counts, type Judgement, judge } from './sign-test.ts'

/** Pairs that went into a set and out of it. */
export interface Passage extends Counts {
  readonly where: string
}

/** Pairs that went from one set to another, and back. */
export interface Exchange extends Counts {
  readonly from: string
  readonly to: string
}

type Pairs = readonly (readonly [x: KernelState, y: KernelState])[]

/** Entering and leaving: of each state or region, and across each bound of an interval. */
export function judgeInvariance(views: readonly View[], pairs: Pairs, level: number): Judgement<Passage> {
  return judge(
    views.map((view) => passages(view, pairs)),
    level,
  )
}

function passages(view: View, pairs: Pairs): Passage[] {
  const [forth, back]: [number[], number[]] = [[], []]
  const add = (counts: number[], at: number) => (counts[at] = (counts[at] ?? 0) + 1)
  for (const [x, y] of pairs) {
    const [a, b] = [view.cell(x), view.cell(y)]
    if (view.cuts === undefined) {
      if (a !== b) [add(forth, b), add(back, a)]
    } else {
      for (let cut = Math.min(a, b); cut < Math.max(a, b); cut++) add(b > a ? forth : back, cut)
    }
  }
  const count = Math.max(forth.length, back.length)
  const where = (at: number) =>
    view.cuts === undefined
      ? `the ${view.name} is ${view.label(at)}`
      : `${view.name} is at least ${short(view.cuts[at]!)}`
  return Array.from({ length: count }, (_, at) => ({ where: where(at), forth: forth[at] ?? 0, back: back[at] ?? 0 }))
}

/** There and back: between each two cells of a view, and up and down of its number. */
export function judgeReversibility(views: readonly View[], pairs: Pairs, level: number): Judgement<Exchange> {
  return judge([...views.map((view) => flows(view, pairs)), ...views.map((view) => rises(view, pairs))], level)
}

function flows(view: View, pairs: Pairs): Exchange[] {
  const counts = new Map<number, Map<number, number>>()
  for (const [x, y] of pairs) {
    const [a, b] = [view.cell(x), view.cell(y)]
    if (a === b) continue
    const row = counts.get(a) ?? new Map<number, number>()
    counts.set(a, row.set(b, (row.get(b) ?? 0) + 1))
  }
  const found: Exchange[] = []
  for (const [a, row] of counts) {
    for (const [b, forth] of row) {
      const back = counts.get(b)?.get(a) ?? 0
      if (a < b || back === 0) found.push({ from: view.label(a), to: view.label(b), forth, back })
    }
  }
  return found
}

function rises({ name, value }: View, pairs: Pairs): Exchange[] {
  if (value === undefined) return []
  let [forth, back] = [0, 0]
  for (const [x, y] of pairs) {
    const [a, b] = [value(x), value(y)]
    if (b > a) forth++
    if (b < a) back++
  }
  return [{ from: `any ${name}`, to: `a higher ${name}`, forth, back }]
}
