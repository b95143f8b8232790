/** A part of the plane: a heat map, and points and lines over it. */

import { type ReadonlySignal, signal, useSignalEffect } from '@preact/signals'
import { useRef } from 'preact/hooks'
import { colour, themeVersion } from '../theme.ts'
import { draw, type PixelImage } from './pixels.tsx'
import '../styles/plane.css'

/** From the left to the right, and from the bottom to the top. */
export type Ranges = readonly [x: readonly [low: number, high: number], y: readonly [low: number, high: number]]

export interface Mark {
  readonly kind: 'points' | 'line'
  /** [n, 2]; a line is broken where a number is not finite. */
  readonly at: Float32Array
  /** A colour of theme.css. */
  readonly colour: string
  /** Side of the squares of points, width of lines; of 480 for the whole side. */
  readonly size: number
}

interface Props {
  /** What the picture shows, for those who can't see it. */
  readonly label: string
  readonly ranges: ReadonlySignal<Ranges | undefined>
  readonly heat: ReadonlySignal<PixelImage | undefined>
  readonly marks: ReadonlySignal<readonly Mark[]>
}

/** For planes with marks alone. */
export const NO_HEAT: ReadonlySignal<PixelImage | undefined> = signal(undefined)

/** Canvas pixels of a side. */
export const PLANE_SIDE = 480

export function Plane({ label, ranges, heat, marks }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null)
  usePlane(canvas, { ranges, heat, marks })
  return (
    <div class="plane">
      <canvas ref={canvas} width={PLANE_SIDE} height={PLANE_SIDE} role="img" aria-label={label} />
      <RangeNote ranges={ranges} />
    </div>
  )
}

/** Keeps a canvas as the signals have it. */
export function usePlane(
  canvas: { readonly current: HTMLCanvasElement | null },
  { ranges, heat, marks }: Pick<Props, 'ranges' | 'heat' | 'marks'>,
): void {
  const ground = useRef<HTMLCanvasElement | undefined>(undefined)
  useSignalEffect(() => {
    themeVersion.value
    ground.current ??= document.createElement('canvas')
    if (heat.value) draw(ground.current, heat.value, 'heat')
    paint(canvas.current, ground.current, ranges.value, marks.peek())
  })
  useSignalEffect(() => paint(canvas.current, ground.current, ranges.peek(), marks.value))
}

export function RangeNote({ ranges }: Pick<Props, 'ranges'>) {
  const text = ([low, high]: readonly [number, number]) => `${short(low)} … ${short(high)}`
  const [x, y] = ranges.value ?? []
  return <p class="note">{x && y ? `x: ${text(x)}, y: ${text(y)}` : ' '}</p>
}

const short = (value: number) => Number(value.toPrecision(2)).toString().replace('-', '−')

function paint(
  canvas: HTMLCanvasElement | null,
  ground: HTMLCanvasElement | undefined,
  ranges: Ranges | undefined,
  marks: readonly Mark[],
): void {
  const context = canvas?.getContext('2d')
  if (!context || !ground) return
  context.clearRect(0, 0, PLANE_SIDE, PLANE_SIDE)
  context.drawImage(ground, 0, 0, PLANE_SIDE, PLANE_SIDE)
  if (ranges === undefined) return
  for (const mark of marks) (mark.kind === 'points' ? points : line)(context, mark, ranges)
}

function points(context: CanvasRenderingContext2D, { at, colour: name, size }: Mark, ranges: Ranges): void {
  context.fillStyle = colour(name)
  for (let i = 0; i < at.length; i += 2) {
    const [x, y] = onCanvas(ranges, at[i]!, at[i + 1]!)
    context.fillRect(x - size / 2, y - size / 2, size, size)
  }
}

function line(context: CanvasRenderingContext2D, { at, colour: name, size }: Mark, ranges: Ranges): void {
  context.strokeStyle = colour(name)
  context.lineWidth = size
  context.beginPath()
  let begun = false
  for (let i = 0; i < at.length; i += 2) {
    const [x, y] = onCanvas(ranges, at[i]!, at[i + 1]!)
    if (!Number.isFinite(x + y)) begun = false
    else if (begun) context.lineTo(x, y)
    else {
      context.moveTo(x, y)
      begun = true
    }
  }
  context.stroke()
}

function onCanvas([[left, right], [bottom, top]]: Ranges, x: number, y: number): [number, number] {
  return [(PLANE_SIDE * (x - left)) / (right - left), (PLANE_SIDE * (top - y)) / (top - bottom)]
}
