/** The square of the data, in which points can be drawn. */

import { useRef } from 'preact/hooks'
import { NO_HEAT, PLANE_SIDE, RangeNote, usePlane } from '../../ui/plane.tsx'
import { RANGES } from './setting.ts'
import type { FlowState } from './state.ts'

const LABEL = 'The data. To draw points of your own: drag, or move with the arrow keys and press space'

export function DataEditor({ state }: { readonly state: FlowState }) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const { drawing } = state
  usePlane(canvas, { ranges: state.ranges, heat: NO_HEAT, marks: state.data })
  const draw = (event: PointerEvent) => {
    const [x, y] = placeOf(event, canvas.current!)
    drawing.spray(x, y, 4)
  }
  return (
    <div class="plane">
      {/* biome-ignore lint/a11y/noInteractiveElementToNoninteractiveRole: it is drawn in, by pointer and by keys */}
      <canvas
        ref={canvas}
        class="editor"
        width={PLANE_SIDE}
        height={PLANE_SIDE}
        role="application"
        aria-label={LABEL}
        tabIndex={0}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId)
          drawing.cursor.value = undefined
          drawing.drawing.value = true
          state.set.value = 'drawn'
          draw(event)
        }}
        onPointerMove={(event) => drawing.drawing.value && draw(event)}
        onPointerUp={() => (drawing.drawing.value = false)}
        onPointerCancel={() => (drawing.drawing.value = false)}
        onKeyDown={(event) => {
          if (event.ctrlKey || event.altKey || event.metaKey || !drawing.key(event.key)) return
          event.preventDefault()
          state.set.value = 'drawn'
        }}
        onBlur={() => (drawing.cursor.value = undefined)}
      />
      <RangeNote ranges={state.ranges} />
    </div>
  )
}

/** In the ranges of drawn sets: the first point of a stroke switches to them. */
function placeOf({ clientX, clientY }: PointerEvent, canvas: HTMLCanvasElement): [number, number] {
  const box = canvas.getBoundingClientRect()
  const [[left, right], [bottom, top]] = RANGES.drawn
  const [across, down] = [(clientX - box.left) / box.width, (clientY - box.top) / box.height]
  return [left + (right - left) * across, top - (top - bottom) * down]
}
