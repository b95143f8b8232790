// Digits for pictures: one of each kind, what hides a part of them, and sheets of lines of ten.
import { imageSheet, Rng } from 'gibbsite'

export const SIDE = 28
export const PIXELS = SIDE * SIDE

/** Rows `first` to `first + count`. */
export function slice({ data }, first, count) {
  return { data: data.subarray(first * PIXELS, (first + count) * PIXELS), shape: [count, PIXELS] }
}

/** The first `count` rows. */
export function head(images, count) {
  return slice(images, 0, count)
}

/** The first digit of each kind. */
export function oneOfEach({ images, labels }) {
  const data = new Float32Array(10 * PIXELS)
  for (let kind = 0; kind < 10; kind++) {
    const i = labels.indexOf(kind)
    data.set(images.data.subarray(i * PIXELS, (i + 1) * PIXELS), kind * PIXELS)
  }
  return { data, shape: [10, PIXELS] }
}

const noise = new Rng(7).bernoulli(PIXELS)
const shown = {
  top: (y) => y >= SIDE / 2,
  bottom: (y) => y < SIDE / 2,
  left: (_, x) => x >= SIDE / 2,
  right: (_, x) => x < SIDE / 2,
  'random half': (y, x) => noise[y * SIDE + x] === 1,
}

/** For each way to hide a half of the pixels: 1 where one is known. */
export const masks = Object.entries(shown).map(([name, isKnown]) => ({
  name,
  known: Uint8Array.from({ length: PIXELS }, (_, i) => Number(isKnown(Math.floor(i / SIDE), i % SIDE))),
}))

/** Digits with the unknown pixels in grey. */
export function cues({ data, shape }, known) {
  return { data: data.map((value, i) => (known[i % PIXELS] ? value : 0.5)), shape }
}

/** A PNG of lines of ten digits: each of `lines` is [10 * n, pixels]. */
export function tenAcross(lines) {
  const data = Float32Array.from(lines.flatMap(({ data }) => [...data]))
  return imageSheet(
    { data, shape: [data.length / PIXELS, PIXELS] },
    { height: SIDE, width: SIDE, columns: 10, gap: 3, scale: 2 },
  )
}
