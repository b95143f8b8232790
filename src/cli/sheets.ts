/** The pictures of a model: its filters, its fantasies over the sweeps, its completions of half-hidden images. */

import type { RBM } from '../energy/rbm.ts'
import type { CompleteResult } from '../energy/rbm-complete.ts'
import { drawSheet, type SheetOptions } from '../io/image-sheet.ts'
import { encodePng } from '../io/png.ts'
import { type Matrix, row } from '../matrix.ts'
import type { ImageShape } from './data.ts'
import type { Picture } from './report/page.ts'
import { decimal } from './report/svg.ts'

/** Sides that can be hidden. */
export const sides = ['bottom', 'top', 'left', 'right'] as const
export type Side = (typeof sides)[number]

/** 1 for the pixels that stay known when half of an image is hidden. */
export function knownHalf(side: Side, { height, width }: ImageShape): Uint8Array {
  const keep: Record<Side, (y: number, x: number) => boolean> = {
    bottom: (y) => y < Math.ceil(height / 2),
    top: (y) => y >= Math.floor(height / 2),
    left: (_, x) => x >= Math.floor(width / 2),
    right: (_, x) => x < Math.ceil(width / 2),
  }
  return Uint8Array.from({ length: height * width }, (_, i) => Number(keep[side](Math.floor(i / width), i % width)))
}

const MOST_FILTERS = 500

/** The weights of every hidden unit as an image, strongest first. */
export function filterSheet(rbm: RBM, image: ImageShape): Picture {
  const { weights } = rbm.parameters()
  const [visible, hidden] = weights.shape
  const columns = Array.from({ length: hidden }, (_, j) => column(weights, j))
  const strength = columns.map((values) => values.reduce((sum, w) => sum + w * w, 0))
  const order = columns
    .map((_, j) => j)
    .sort((a, b) => strength[b]! - strength[a]! || a - b)
    .slice(0, MOST_FILTERS)
  const filters = stack(
    order.map((j) => columns[j]!),
    visible,
  )
  const across = Math.min(order.length, 25)
  const alt = `The weights of ${order.length} hidden units as images of ${image.width} by ${image.height} pixels.`
  return picture(filters, { ...image, range: 'each', columns: across }, alt)
}

function column({ data, shape }: Matrix, j: number): Float32Array {
  return Float32Array.from({ length: shape[0] }, (_, i) => data[i * shape[1] + j]!)
}

/**
 * Chains down, sweeps across.
 *
 * @param moments for each number of sweeps the chains' images, one chain a row
 */
export function fantasySheet(moments: readonly { sweep: number; images: Matrix }[], image: ImageShape): Picture {
  const [chains, pixels] = moments[0]!.images.shape
  const rows: Float32Array[] = []
  for (let chain = 0; chain < chains; chain++) for (const { images } of moments) rows.push(row(images, chain))
  const heads = moments.map(({ sweep }) => decimal(sweep, 0))
  const alt = `${chains} Gibbs chains from noise, each after ${heads.join('; ')} sweeps.`
  return { ...picture(stack(rows, pixels), { ...image, columns: moments.length, gap: 2 }, alt), heads }
}

/** One way in which the images were hidden and completed. */
export interface Completion {
  readonly name: string
  /** 1 where a pixel was known: one row for all images, or one for each. */
  readonly known: Uint8Array
  readonly mean: CompleteResult['mean']
}

/** Images down; across: the original, then for each completion the cue and what the model made of it. */
export function completionSheet(originals: Matrix, completions: readonly Completion[], image: ImageShape): Picture {
  const [count, pixels] = originals.shape
  const rows: Float32Array[] = []
  for (let i = 0; i < count; i++) {
    const original = row(originals, i)
    rows.push(original)
    for (const { known, mean } of completions)
      rows.push(...cueAndCompletion(original, knownRow(known, i, pixels), row(mean, i)))
  }
  const heads = ['original', ...completions.flatMap(({ name }) => [`${name} hidden`, 'filled in'])]
  const alt = `${count} images; for each: ${heads.join(', ')}.`
  return { ...picture(stack(rows, pixels), { ...image, columns: heads.length, gap: 2 }, alt), heads }
}

const UNKNOWN = 0.35

/** The cue with its hidden pixels grey, and the completion with the known pixels as they were given. */
export function cueAndCompletion(
  original: Float32Array,
  known: Uint8Array,
  mean: Float32Array,
): [Float32Array, Float32Array] {
  return [
    original.map((value, k) => (known[k] ? value : UNKNOWN)),
    original.map((value, k) => (known[k] ? value : mean[k]!)),
  ]
}

function knownRow(known: Uint8Array, i: number, pixels: number): Uint8Array {
  return known.length === pixels ? known : known.subarray(i * pixels, (i + 1) * pixels)
}

export function stack(rows: readonly Float32Array[], columns: number): Matrix {
  const data = new Float32Array(rows.length * columns)
  rows.forEach((values, i) => {
    data.set(values, i * columns)
  })
  return { data, shape: [rows.length, columns] }
}

export function picture(images: Matrix, options: SheetOptions, alt: string): Picture {
  const pixels = drawSheet(images, options)
  return { png: encodePng(pixels), width: pixels.width, height: pixels.height, alt }
}
