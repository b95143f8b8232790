/** Many small images side by side, as one picture. */

import type { PixelImage } from '../../ui/pixels.tsx'
import { PIXELS, SIDE } from './digits.ts'

/** What one number becomes as an index into a palette. */
type Shade = (value: number, image: number) => number

/** The first images [n, 784], `columns` in a line, with one pixel of `gap` colour between them. */
export function tiled(
  images: ArrayLike<number>,
  count: number,
  columns: number,
  gap: number,
  shade: Shade,
): PixelImage {
  const side = SIDE + 1
  const [width, height] = [columns * side - 1, Math.ceil(count / columns) * side - 1]
  const data = new Uint8Array(width * height).fill(gap)
  for (let image = 0; image < count; image++) {
    const corner = Math.floor(image / columns) * side * width + (image % columns) * side
    for (let i = 0; i < PIXELS; i++) {
      data[corner + Math.floor(i / SIDE) * width + (i % SIDE)] = shade(images[image * PIXELS + i]!, image)
    }
  }
  return { width, height, data }
}

const PAPER = 128

/** Probabilities as grey. */
export function greyTiles(images: ArrayLike<number>, count: number, columns: number): PixelImage {
  return tiled(images, count, columns, 0, (value) => Math.round(255 * value))
}

/** Weights [784, H]: one picture for each of the first hidden units, by the palette `signed`, each by its own largest weight. */
export function filterTiles(weights: Float32Array, hidden: number, count: number, columns: number): PixelImage {
  const filters = new Float32Array(count * PIXELS)
  const largest = new Float32Array(count)
  for (let i = 0; i < PIXELS; i++) {
    for (let j = 0; j < count; j++) {
      const weight = weights[i * hidden + j]!
      filters[j * PIXELS + i] = weight
      largest[j] = Math.max(largest[j]!, Math.abs(weight))
    }
  }
  return tiled(filters, count, columns, PAPER, (value, j) => Math.round(PAPER + (127 * value) / (largest[j] || 1)))
}
