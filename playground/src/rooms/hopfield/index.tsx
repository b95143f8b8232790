/** The Hopfield room: patterns that are remembered, and what is remembered that nobody stored. */

import type { Remote } from 'comlink'
import { useEffect, useMemo } from 'preact/hooks'
import { Chart } from '../../ui/chart.tsx'
import { Choice, SeedField, Slider } from '../../ui/fields.tsx'
import { GridEditor } from '../../ui/grid-editor.tsx'
import { Numbers, Panel, RoomLayout } from '../../ui/room-layout.tsx'
import { useWorker } from '../../worker/connect.ts'
import { Attractors, Gallery } from './lists.tsx'
import { HopfieldState } from './state.ts'
import type { HopfieldService } from './worker.ts'

const start = () => new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' })

const RULES = [
  ['hebbian', "Hebb's rule"],
  ['storkey', "Storkey's rule"],
  ['pseudo-inverse', 'pseudo-inverse'],
  ['contrastive', 'contrastive'],
  ['unlearning', "Hebb's rule, then unlearning"],
] as const

const INTRO = (
  <>
    A Hopfield network is a memory that is asked by example. Each of its 256 units is a pixel and is coupled to all
    others so that the stored patterns lie at the bottom of valleys. Spoil a pattern and press Recall: one unit after
    the other turns to where the others pull it, and every turn leads downhill.
  </>
)

export default function HopfieldRoom() {
  const state = useMemo(() => new HopfieldState(), [])
  const { service, error, attempt } = useWorker<HopfieldService>(start)
  const opened = service.value
  useEffect(() => opened && state.follow(opened, attempt), [opened])
  useEffect(() => () => state.pause(), [])
  const withService = (work: (service: Remote<HopfieldService>) => Promise<void>) => () => {
    if (opened) attempt(() => work(opened))
  }
  const idle = !state.ready.value
  const run = withService((s) => state.run(s))
  return (
    <RoomLayout
      title="Hopfield network"
      intro={INTRO}
      code={state.code}
      error={error}
      ready={state.ready.value}
      controls={
        <>
          <div class="row">
            <button
              class="main"
              type="button"
              disabled={idle}
              onClick={state.running.value ? () => state.pause() : run}
            >
              {state.running.value ? 'Pause' : 'Recall'}
            </button>
            <button type="button" disabled={idle || state.running.value} onClick={withService((s) => state.step(s))}>
              One unit
            </button>
          </div>
          <Slider label="Speed" value={state.speed} min={20} max={2000} step={20} show={(v) => `${v} units/s`} />
          <Slider
            label="Noise"
            value={state.noise}
            min={0.05}
            max={0.5}
            step={0.05}
            show={(v) => `${Math.round(100 * v)} %`}
          />
          <div class="row">
            <button type="button" disabled={idle} onClick={withService((s) => state.addNoise(s))}>
              Add noise
            </button>
            <button type="button" disabled={idle} onClick={withService((s) => state.cover(s))}>
              Cover half
            </button>
            <button type="button" disabled={idle} onClick={withService((s) => state.clear(s))}>
              Clear
            </button>
          </div>
          <Choice
            label="Learning rule"
            value={state.rule}
            options={RULES}
            hint="The network learns anew at every change."
          />
          <SeedField value={state.seed} hint="Decides the order in which units are looked at." />
        </>
      }
    >
      <Panel title="Drawing" note="Draw with the mouse or a finger. By keys: arrows move, space draws or wipes.">
        <GridEditor
          label="The state of the network, 16 by 16 units"
          image={state.image}
          palette="spins"
          isOn={(value) => value === 1}
          onPaint={(x, y, on) => opened && attempt(() => state.paint(opened, x, y, on))}
          pointed={state.pointed}
        />
        <button type="button" disabled={idle} onClick={() => state.keepDrawing()}>
          Store this drawing
        </button>
      </Panel>
      <Panel
        title="Going downhill"
        note="A unit turns only where that lowers the energy; where none does, the run has arrived."
      >
        <Chart
          label="Energy against units looked at"
          data={state.trace}
          lines={[{ label: 'energy' }]}
          x={{ label: 'units looked at' }}
          y={{ label: 'energy' }}
          height={240}
        />
        <Figures state={state} />
      </Panel>
      <Panel title="Patterns" note="Press to store or to forget. Stored ones are marked." wide>
        <Gallery state={state} />
      </Panel>
      <Panel
        title="Where random states end"
        note="200 runs from random states. Every network also remembers mirror images; what is neither is spurious: a mixture that nobody stored. Press one to look at it."
        wide
      >
        <Attractors state={state} show={(pattern) => opened && attempt(() => state.show(opened, pattern))} />
      </Panel>
    </RoomLayout>
  )
}

function Figures({ state }: { readonly state: HopfieldState }) {
  const nearest = state.nearest.value
  const likeness = nearest ? `${nearest.name}, ${Math.round(100 * nearest.overlap)} %` : '–'
  return (
    <Numbers
      values={[
        ['energy', state.energy.value.toFixed(3)],
        ['units looked at', String(state.steps.value)],
        ['flips', String(state.flips.value)],
        ['nearest stored', likeness],
        ['run', state.arrived.value ? 'arrived' : state.running.value ? 'under way' : '–'],
      ]}
    />
  )
}
