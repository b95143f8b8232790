// Densities over the square [-reach, reach] x [-reach, reach] as pictures side by side: white is nothing, dark blue the most.
import { imageSheet } from 'gibbsite'

const SIDE = 200

/** The middles of the pixels, from the top left, row after row. */
export function grid(reach) {
  const data = new Float32Array(2 * SIDE * SIDE)
  for (let i = 0; i < SIDE * SIDE; i++) {
    data[2 * i] = reach * (((i % SIDE) + 0.5) / (SIDE / 2) - 1)
    data[2 * i + 1] = reach * (1 - (Math.floor(i / SIDE) + 0.5) / (SIDE / 2))
  }
  return { data, shape: [SIDE * SIDE, 2] }
}

/** A picture from log densities at the middles. */
export function fromLogDensity(values) {
  const largest = values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
  return Float32Array.from(values, (value) => -Math.exp(value - largest))
}

/** A picture from points: how many fall into each pixel. */
export function fromPoints({ data, shape: [rows] }, reach) {
  const counts = new Float32Array(SIDE * SIDE)
  for (let i = 0; i < rows; i++) {
    const x = Math.floor((data[2 * i] / reach + 1) * (SIDE / 2))
    const y = Math.floor((1 - data[2 * i + 1] / reach) * (SIDE / 2))
    if (x >= 0 && x < SIDE && y >= 0 && y < SIDE) counts[y * SIDE + x]--
  }
  return counts
}

/** @param pictures each as large as the grid; `columns` of them in a line */
export function planeSheet(pictures, columns) {
  const data = new Float32Array(pictures.length * SIDE * SIDE)
  pictures.forEach((picture, i) => {
    data.set(picture, i * SIDE * SIDE)
  })
  const shape = [pictures.length, SIDE * SIDE]
  return imageSheet({ data, shape }, { height: SIDE, width: SIDE, columns, gap: 4, range: 'each' })
}
