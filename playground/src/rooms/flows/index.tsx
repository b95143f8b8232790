/** The flows room: a flow that learns points of the plane, seen from all sides while it learns. */

import { useEffect, useMemo } from 'preact/hooks'
import { Chart } from '../../ui/chart.tsx'
import { Choice, SeedField } from '../../ui/fields.tsx'
import { NO_HEAT, Plane } from '../../ui/plane.tsx'
import { Numbers, Panel, RoomLayout } from '../../ui/room-layout.tsx'
import { RunButton } from '../../ui/run-button.tsx'
import { useWorker } from '../../worker/connect.ts'
import { DataEditor } from './editor.tsx'
import { EPOCHS, FEWEST_DRAWN, KINDS, SETS } from './setting.ts'
import { FlowState } from './state.ts'
import type { FlowService } from './worker.ts'

const start = () => new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' })
const LAYERS = [4, 8, 16, 32].map((count) => [count, `${count} layers`] as const)
const WIDTHS = [16, 32, 64].map((width) => [width, `two of ${width} units`] as const)

const INTRO = (
  <>
    A flow bends the plane, layer by layer, until a simple bell-shaped cloud lies where the points are. The grid is the
    even grid of the cloud, as the flow has bent it; the colour is the density that follows, exactly. Choose points or
    draw your own.
  </>
)

export default function Flows() {
  const state = useMemo(() => new FlowState(), [])
  const { service, error, attempt } = useWorker<FlowService>(start)
  const ready = service.value
  useEffect(() => ready && state.follow(ready, attempt), [ready])
  const idle = !ready || state.running.value || state.ended.value || state.lacksPoints.value
  return (
    <RoomLayout
      title="Flows"
      intro={INTRO}
      code={state.code}
      error={error}
      ready={state.frame.value !== undefined}
      controls={
        <>
          <div class="row">
            <RunButton running={state.running} start="Train" disabled={idle && !state.running.value} />
            <button type="button" onClick={() => ready && attempt(() => state.advance(ready))} disabled={idle}>
              One epoch
            </button>
            <button
              type="button"
              onClick={() => ready && attempt(() => state.restart(ready))}
              disabled={!ready || state.lacksPoints.value}
            >
              Restart
            </button>
          </div>
          <Choice label="Points" value={state.set} options={SETS} />
          <button type="button" onClick={() => state.drawing.clear()} disabled={state.set.value !== 'drawn'}>
            Clear the drawing
          </button>
          <Choice label="Flow" value={state.kind} options={KINDS} />
          <Choice label="Depth" value={state.layers} options={LAYERS} />
          <Choice
            label="Networks of couplings"
            value={state.width}
            options={WIDTHS}
            disabled={state.kind.value === 'planar'}
          />
          <SeedField value={state.seed} />
        </>
      }
    >
      <div class="three">
        <Panel title="Data" note={<DrawingNote state={state} />}>
          <DataEditor state={state} />
        </Panel>
        <Panel title="Density and grid" note="Darker is denser. The grid would be straight if nothing were learnt.">
          <Plane
            label="The density of the flow, and the grid of its base as the flow bends it"
            ranges={state.ranges}
            heat={state.heat}
            marks={state.lattice}
          />
        </Panel>
        <Panel title="Samples" note="Drawn from the flow: the cloud's points, carried along with the grid.">
          <Plane label="Samples of the flow" ranges={state.ranges} heat={NO_HEAT} marks={state.samples} />
        </Panel>
      </div>
      <Panel title="Learning" wide>
        <Figures state={state} />
        <Chart
          label="Mean log density of the points against epochs"
          data={state.chart}
          lines={[
            { label: 'trained on' },
            { label: 'held out', colour: '--second' },
            { label: 'the truth', colour: '--muted', dashed: true },
          ]}
          x={{ label: 'epoch', range: [0, EPOCHS] }}
          y={{ label: 'mean log p' }}
        />
      </Panel>
    </RoomLayout>
  )
}

function DrawingNote({ state }: { readonly state: FlowState }) {
  const count = state.drawing.points.value.length / 2
  if (state.set.value !== 'drawn') return <>What the flow learns. Draw into the square for points of your own.</>
  return (
    <>
      {count} points{count < FEWEST_DRAWN ? `; at least ${FEWEST_DRAWN} are wanted` : ''}. Drag, or use arrow keys and
      space.
    </>
  )
}

/** By itself, so that a frame draws only these numbers anew. */
function Figures({ state }: { readonly state: FlowState }) {
  const [frame, last, begun] = [state.frame.value, state.scores.value.at(-1), state.begun.value]
  const nats = (value: number | undefined) => (value === undefined ? '–' : value.toFixed(3))
  return (
    <Numbers
      values={[
        ['epoch', `${frame?.epoch ?? 0} of ${EPOCHS}`],
        ['log p, trained on', nats(last?.trained)],
        ['log p, held out', nats(last?.heldOut)],
        ['log p, the truth', nats(begun?.best)],
        ['points a second', frame && frame.epoch > 0 ? Math.round(frame.examplesPerSecond).toLocaleString('en') : '–'],
      ]}
    />
  )
}
