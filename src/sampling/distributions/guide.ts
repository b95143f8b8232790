/** Guides into tables of probabilities (native/kernels/inverse_table.h). */

const OCTAVES = 53
const PER_OCTAVE = 8
const CELLS = OCTAVES * PER_OCTAVE

/** Where cell c of the smaller tail begins; CELLS for the end of the last, which is 1/2. */
function cellStart(cell: number): number {
  if (cell === 0) return 0
  return 2 ** (Math.floor(cell / PER_OCTAVE) - OCTAVES - 1) * (1 + (cell % PER_OCTAVE) / PER_OCTAVE)
}

/** [CELLS + 1] numbers of entries: the first with lower[i] >= the cell's start. */
export function lowerGuide(lower: Float64Array): Int32Array {
  return Int32Array.from({ length: CELLS + 1 }, (_, cell) => firstEntry(lower, (p) => p >= cellStart(cell)))
}

/** The first with upper[i] <= the cell's start. */
export function upperGuide(upper: Float64Array): Int32Array {
  return Int32Array.from({ length: CELLS + 1 }, (_, cell) => firstEntry(upper, (p) => p <= cellStart(cell)))
}

/** The first entry that passes a test which all after it pass too; the last entry if none does. */
export function firstEntry(values: Float64Array, passes: (value: number) => boolean): number {
  let from = 0
  let to = values.length - 1
  while (from < to) {
    const middle = (from + to) >>> 1
    if (passes(values[middle]!)) to = middle
    else from = middle + 1
  }
  return from
}
