/** The pictures of a flow: what it draws at several temperatures, ways between images, densities in the plane. */

import { type Matrix, row } from '../../matrix.ts'
import type { ImageShape } from '../data.ts'
import type { Picture } from '../report/page.ts'
import { decimal } from '../report/svg.ts'
import { picture, stack } from '../sheets.ts'

/** Draws of one temperature. */
export interface TemperedDraws {
  readonly temperature: number
  readonly images: Matrix
}

/** One draw a row, one temperature a column. */
export function temperatureSheet(draws: readonly TemperedDraws[], image: ImageShape): Picture {
  const [count, pixels] = draws[0]!.images.shape
  const tiles: Float32Array[] = []
  for (let i = 0; i < count; i++) for (const { images } of draws) tiles.push(row(images, i))
  const heads = draws.map(({ temperature }) => decimal(temperature, 2))
  const alt = `${count} draws of the flow, each at the temperatures ${heads.join('; ')}.`
  return { ...picture(stack(tiles, pixels), { ...image, columns: draws.length, gap: 2 }, alt), heads }
}

/** One way a row: its images from the one end to the other. */
export function waySheet(ways: readonly Matrix[], image: ImageShape): Picture {
  const [steps, pixels] = ways[0]!.shape
  const tiles = ways.flatMap((way) => Array.from({ length: steps }, (_, i) => row(way, i)))
  const alt = `${ways.length} ways from one image to another, in ${steps} steps each.`
  return picture(stack(tiles, pixels), { ...image, columns: steps, gap: 2 }, alt)
}

/** A part of the plane. */
export interface PlaneBox {
  readonly low: readonly [x: number, y: number]
  readonly high: readonly [x: number, y: number]
}

const MARGIN = 0.1

/** The box around the points, with some room. */
export function boxAround({ data }: Matrix): PlaneBox {
  const low: [number, number] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
  const high: [number, number] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY]
  data.forEach((value, i) => {
    low[i % 2] = Math.min(low[i % 2]!, value)
    high[i % 2] = Math.max(high[i % 2]!, value)
  })
  const room = [0, 1].map((axis) => MARGIN * (high[axis]! - low[axis]!) || 1)
  return { low: [low[0] - room[0]!, low[1] - room[1]!], high: [high[0] + room[0]!, high[1] + room[1]!] }
}

/** Pixels along a side of a picture of the plane. */
export const PLANE_SIDE = 160

/** The middles of the pixels, from the top left, row after row: [PLANE_SIDE^2, 2]. */
export function planeGrid({ low, high }: PlaneBox): Matrix {
  const data = new Float32Array(2 * PLANE_SIDE ** 2)
  for (let i = 0; i < PLANE_SIDE ** 2; i++) {
    const [across, up] = [((i % PLANE_SIDE) + 0.5) / PLANE_SIDE, 1 - (Math.floor(i / PLANE_SIDE) + 0.5) / PLANE_SIDE]
    data[2 * i] = low[0] + across * (high[0] - low[0])
    data[2 * i + 1] = low[1] + up * (high[1] - low[1])
  }
  return { data, shape: [PLANE_SIDE ** 2, 2] }
}

/** How many points fall into each pixel. */
export function planeCounts({ data, shape: [rows] }: Matrix, { low, high }: PlaneBox): Float32Array {
  const counts = new Float32Array(PLANE_SIDE ** 2)
  for (let i = 0; i < rows; i++) {
    const x = Math.floor(((data[2 * i]! - low[0]) / (high[0] - low[0])) * PLANE_SIDE)
    const y = Math.floor(((high[1] - data[2 * i + 1]!) / (high[1] - low[1])) * PLANE_SIDE)
    if (x >= 0 && x < PLANE_SIDE && y >= 0 && y < PLANE_SIDE) counts[y * PLANE_SIDE + x]!++
  }
  return counts
}

/** Log densities at the pixels as densities, the largest being 1. */
export function densities(logDensities: ArrayLike<number>): Float32Array {
  let largest = Number.NEGATIVE_INFINITY
  for (let i = 0; i < logDensities.length; i++) largest = Math.max(largest, logDensities[i]!)
  return Float32Array.from(logDensities, (value) => Math.exp(value - largest))
}

export interface Panel {
  readonly name: string
  /** One number a pixel, from 0 on. */
  readonly values: Float32Array
}

/** Pictures of the plane side by side, each on its own scale: white is nothing, dark blue the most. */
export function planeSheet(panels: readonly Panel[]): Picture {
  const tiles = panels.map(({ values }) => values.map((value) => -value))
  const heads = panels.map(({ name }) => name)
  const sheet = { height: PLANE_SIDE, width: PLANE_SIDE, columns: panels.length, gap: 4, range: 'each' } as const
  const alt = `Densities in the plane, side by side: ${heads.join(', ')}.`
  return { ...picture(stack(tiles, PLANE_SIDE ** 2), sheet, alt), heads }
}
