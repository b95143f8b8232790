/** A picture of small numbers: lattices, patterns, filters, heat maps. One byte a pixel, coloured by a palette. */

import { type ReadonlySignal, useSignalEffect } from '@preact/signals'
import { useRef } from 'preact/hooks'
import { themeVersion } from '../theme.ts'
import { type PaletteName, palette } from './palette.ts'

export interface PixelImage {
  readonly width: number
  readonly height: number
  /** [height, width]: an index into the palette for each pixel. */
  readonly data: Uint8Array
}

interface Props {
  /** What the picture shows, for those who can't see it. */
  readonly label: string
  readonly image: ReadonlySignal<PixelImage | undefined>
  readonly palette: PaletteName
  /** Width to height of the space that is kept for it from the start; default 1. */
  readonly ratio?: number
}

export function Pixels({ label, image, palette: name, ratio = 1 }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null)
  useSignalEffect(() => {
    themeVersion.value
    if (canvas.current && image.value) draw(canvas.current, image.value, name)
  })
  return <canvas class="pixels" ref={canvas} role="img" aria-label={label} style={{ aspectRatio: String(ratio) }} />
}

/** What was last put on a canvas: a megabyte for a large lattice, too much to be made anew for every frame. */
const pictures = new WeakMap<HTMLCanvasElement, ImageData>()

/** Draws at one canvas pixel a number; CSS makes it large. */
export function draw(canvas: HTMLCanvasElement, { width, height, data }: PixelImage, name: PaletteName): void {
  if (canvas.width !== width) canvas.width = width
  if (canvas.height !== height) canvas.height = height
  const context = canvas.getContext('2d')!
  const picture = pictureOf(canvas, context)
  const [words, colours] = [new Uint32Array(picture.data.buffer), palette(name)]
  for (let i = 0; i < data.length; i++) words[i] = colours[data[i]!]!
  context.putImageData(picture, 0, 0)
}

function pictureOf(canvas: HTMLCanvasElement, context: CanvasRenderingContext2D): ImageData {
  const known = pictures.get(canvas)
  if (known?.width === canvas.width && known.height === canvas.height) return known
  const made = context.createImageData(canvas.width, canvas.height)
  pictures.set(canvas, made)
  return made
}
