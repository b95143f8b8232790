/** A picture to be drawn in: by mouse or finger, and by keys. */

import { type ReadonlySignal, useComputed, useSignal, useSignalEffect } from '@preact/signals'
import { useRef } from 'preact/hooks'
import { themeVersion } from '../theme.ts'
import type { PaletteName } from './palette.ts'
import { draw, type PixelImage } from './pixels.tsx'

interface Props {
  /** What is drawn here; how to draw by keys is added. */
  readonly label: string
  readonly image: ReadonlySignal<PixelImage>
  readonly palette: PaletteName
  /** Whether a pixel counts as drawn. */
  readonly isOn: (value: number) => boolean
  /** Draws (`on`) or wipes a pixel. */
  readonly onPaint: (x: number, y: number, on: boolean) => void
  /** A pixel to be pointed at, row after row; -1: none. */
  readonly pointed?: ReadonlySignal<number>
}

const MOVES: Record<string, readonly [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
}

export function GridEditor({ label, image, palette, isOn, onPaint, pointed }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const cursor = useSignal<readonly [number, number] | undefined>(undefined)
  /** While the mouse is down: whether it draws or wipes, as the first pixel decides. */
  const stroke = useRef<boolean | undefined>(undefined)
  useSignalEffect(() => {
    themeVersion.value
    if (canvas.current) draw(canvas.current, image.value, palette)
  })

  const valueAt = (x: number, y: number) => isOn(image.value.data[y * image.value.width + x]!)
  const place = ({ clientX, clientY }: PointerEvent): readonly [number, number] => {
    const box = canvas.current!.getBoundingClientRect()
    const { width, height } = image.value
    const at = (part: number, count: number) => Math.max(0, Math.min(count - 1, Math.floor(part * count)))
    return [at((clientX - box.left) / box.width, width), at((clientY - box.top) / box.height, height)]
  }
  const press = (event: PointerEvent) => {
    const [x, y] = place(event)
    canvas.current!.setPointerCapture(event.pointerId)
    stroke.current = !valueAt(x, y)
    cursor.value = undefined
    onPaint(x, y, stroke.current)
  }
  const move = (event: PointerEvent) => {
    if (stroke.current === undefined) return
    // A quick hand moves over several pixels between two frames.
    for (const part of event.getCoalescedEvents()) onPaint(...place(part), stroke.current)
  }
  const key = (event: KeyboardEvent) => {
    const [x, y] = cursor.value ?? [0, 0]
    const step = MOVES[event.key]
    if (step === undefined && event.key !== ' ' && event.key !== 'Enter') return
    event.preventDefault()
    if (step === undefined) onPaint(x, y, !valueAt(x, y))
    cursor.value = step ? within(image.value, x + step[0], y + step[1]) : [x, y]
  }
  const said = useComputed(() => {
    if (cursor.value === undefined) return ''
    const [x, y] = cursor.value
    return `row ${y + 1}, column ${x + 1}: ${valueAt(x, y) ? 'drawn' : 'empty'}`
  })
  return (
    <div
      class="editor"
      role="application"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: an editor with keys of its own
      tabIndex={0}
      aria-label={`${label}. Arrow keys move, space draws or wipes.`}
      onPointerDown={press}
      onPointerMove={move}
      onPointerUp={() => (stroke.current = undefined)}
      onPointerCancel={() => (stroke.current = undefined)}
      onKeyDown={key}
      onFocus={() => (cursor.value ??= stroke.current === undefined ? [0, 0] : undefined)}
      onBlur={() => (cursor.value = undefined)}
    >
      <canvas ref={canvas} class="pixels" style={{ aspectRatio: String(image.peek().width / image.peek().height) }} />
      <Frame image={image} at={cursor} name="cursor" />
      {pointed && <Pointed image={image} at={pointed} />}
      <span class="unseen" role="status">
        {said.value}
      </span>
    </div>
  )
}

function within({ width, height }: PixelImage, x: number, y: number): readonly [number, number] {
  return [Math.max(0, Math.min(width - 1, x)), Math.max(0, Math.min(height - 1, y))]
}

interface FrameProps {
  readonly image: ReadonlySignal<PixelImage>
  readonly at: ReadonlySignal<readonly [number, number] | undefined>
  readonly name: string
}

/** A frame around one pixel. */
function Frame({ image, at, name }: FrameProps) {
  if (at.value === undefined) return null
  const { width, height } = image.value
  const [x, y] = at.value
  // Moved by a transform: the browser need not lay out anything anew.
  const style = {
    width: `${100 / width}%`,
    height: `${100 / height}%`,
    transform: `translate(${100 * x}%, ${100 * y}%)`,
  }
  return <div class={name} style={style} />
}

function Pointed({ image, at }: { readonly image: FrameProps['image']; readonly at: ReadonlySignal<number> }) {
  const place = useComputed(() => {
    const { width } = image.value
    return at.value < 0 ? undefined : ([at.value % width, Math.floor(at.value / width)] as const)
  })
  return <Frame image={image} at={place} name="pointed" />
}
