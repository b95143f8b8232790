/** Ways of looking at states: as themselves, or through a number that is cut into intervals. */

/** A state: a number, a word, or a row of numbers. */
export type KernelState = number | string | readonly number[] | Float64Array

/** A state's place in one view. Cells are numbered from 0. */
export interface View {
  readonly name: string
  cell(x: KernelState): number
  label(cell: number): string
  /** The number that was cut into intervals; absent where cells are the states themselves, or regions. */
  readonly value?: (x: KernelState) => number
  /** Bounds between the intervals, rising. */
  readonly cuts?: readonly number[]
}

const INTERVALS = 20
const REGIONS = 16
const MOST_COORDINATES = 16

export function keyOf(x: KernelState): string {
  return typeof x === 'object' ? Array.from(x, String).join(', ') : String(x)
}

/** Each state is a cell of its own; they are numbered as they appear. */
export function stateView(states: readonly KernelState[] = []): View {
  const cells = new Map<string, number>()
  const cell = (x: KernelState) => {
    const key = keyOf(x)
    const known = cells.get(key)
    if (known === undefined) cells.set(key, cells.size)
    return known ?? cells.size - 1
  }
  for (const state of states) cell(state)
  return { name: 'state', cell, label: (at) => [...cells.keys()][at]! }
}

/** A number of the state, in intervals that a pilot sample fills evenly. */
export function intervalView(
  name: string,
  value: (x: KernelState) => number,
  pilot: readonly KernelState[],
): View | undefined {
  const sorted = Float64Array.from(pilot, value).sort()
  const at = (k: number) => sorted[Math.floor((k * sorted.length) / INTERVALS)]!
  const cuts = [...new Set(Array.from({ length: INTERVALS - 1 }, (_, k) => at(k + 1)))].filter(
    (cut) => cut > sorted[0]!,
  )
  if (cuts.length === 0) return undefined
  return {
    name,
    value,
    cuts,
    cell: (x) => below(cuts, value(x)),
    label: (cell) => `${name} in [${short(cuts[cell - 1] ?? -Infinity)}, ${short(cuts[cell] ?? Infinity)})`,
  }
}

/** Cuts that are at most the value. */
function below(cuts: readonly number[], value: number): number {
  let [low, high] = [0, cuts.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (cuts[middle]! <= value) low = middle + 1
    else high = middle
  }
  return low
}

/** Regions of points nearest to each of a few pilot points, in units of each coordinate's spread. */
function regionView(pilot: readonly (readonly number[] | Float64Array)[]): View {
  const dim = pilot[0]!.length
  const scale = Array.from({ length: dim }, (_, i) => spread(pilot.map((x) => x[i]!)))
  const stride = Math.max(1, Math.floor(pilot.length / REGIONS))
  const centres = Array.from({ length: Math.min(REGIONS, pilot.length) }, (_, k) => pilot[k * stride]!)
  const distance = (x: readonly number[] | Float64Array, centre: readonly number[] | Float64Array) => {
    let sum = 0
    for (let i = 0; i < dim; i++) sum += ((x[i]! - centre[i]!) / scale[i]!) ** 2
    return sum
  }
  const cell = (x: KernelState) => {
    const far = centres.map((centre) => distance(x as Float64Array, centre))
    return far.indexOf(Math.min(...far))
  }
  return { name: 'region', cell, label: (at) => `around (${Array.from(centres[at]!, short).join(', ')})` }
}

function spread(values: readonly number[]): number {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length
  return Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length) || 1
}

/** A number in a few digits. */
export function short(x: number): string {
  return Number.isFinite(x) ? String(Number(x.toPrecision(4))) : x > 0 ? 'infinity' : '-infinity'
}

/**
 * The views for a sample: states where they repeat, else intervals and regions; always intervals of coordinates and of
 * the log density. They are made from a sample of its own, so the tests that follow are exact.
 */
export function viewsOf(
  pilot: readonly KernelState[],
  logDensity: ((x: KernelState) => number) | undefined,
  states: readonly KernelState[] | undefined,
): View[] {
  const repeats = new Set(pilot.map(keyOf)).size <= pilot.length / 2
  const views: (View | undefined)[] = []
  if (states !== undefined || repeats || typeof pilot[0] === 'string') views.push(stateView(states))
  if (typeof pilot[0] === 'number') views.push(intervalView('x', (x) => x as number, pilot))
  if (typeof pilot[0] === 'object') {
    const rows = pilot as readonly (readonly number[])[]
    const dim = rows[0]!.length
    for (let i = 0; i < Math.min(dim, MOST_COORDINATES); i++) {
      views.push(intervalView(`x[${i}]`, (x) => (x as readonly number[])[i]!, pilot))
    }
    if (dim > 1) views.push(regionView(rows))
  }
  if (logDensity !== undefined) views.push(intervalView('log density', logDensity, pilot))
  return views.filter((view) => view !== undefined)
}
