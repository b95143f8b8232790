/** The sampling room: three samplers side by side on a density of two variables. */

import type { ReadonlySignal } from '@preact/signals'
import { useEffect, useId, useMemo } from 'preact/hooks'
import { Chart } from '../../ui/chart.tsx'
import { Choice, SeedField, Slider } from '../../ui/fields.tsx'
import { Plane } from '../../ui/plane.tsx'
import { Numbers, Panel, RoomLayout } from '../../ui/room-layout.tsx'
import { RunButton } from '../../ui/run-button.tsx'
import { useWorker } from '../../worker/connect.ts'
import { MOST_DRAWS, SAMPLERS } from './setting.ts'
import { type LaneView, SamplingState } from './state.ts'
import { PRESETS, type PresetName } from './targets.ts'
import type { SamplingService } from './worker.ts'

const start = () => new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' })
const PACES = [
  [1, 'one draw a picture'],
  [10, 'ten draws a picture'],
  ['fast', 'as fast as it goes'],
] as const
const ADAPTS = [
  ['warmup', 'learnt in the warm-up'],
  ['fixed', 'as set here, but of NUTS'],
] as const
const COORDINATES = [
  [0, 'x'],
  [1, 'y'],
] as const
const CHAIN_COLOURS = ['--accent', '--second', '--third', '--muted']

const INTRO = (
  <>
    A density that can be evaluated but not drawn from is explored by chains of steps. A random walk proposes blindly,
    MALA leans uphill, NUTS rolls along whole paths. Near 1 is a good R-hat: the chains agree. ESS counts how many
    independent draws the chains are worth.
  </>
)

export default function Sampling() {
  const state = useMemo(() => new SamplingState(), [])
  const { service, error, attempt } = useWorker<SamplingService>(start)
  const ready = service.value
  useEffect(() => ready && state.follow(ready, attempt), [ready])
  return (
    <RoomLayout
      title="Sampling"
      intro={INTRO}
      code={state.code}
      error={error}
      ready={state.frame.value !== undefined}
      controls={
        <>
          <div class="row">
            <RunButton running={state.running} start="Run" disabled={!ready || state.ended.value} />
            <button
              type="button"
              onClick={() => ready && attempt(() => state.advance(ready))}
              disabled={!ready || state.running.value || state.ended.value}
            >
              One draw
            </button>
            <button type="button" onClick={() => ready && attempt(() => state.restart(ready))} disabled={!ready}>
              Restart
            </button>
          </div>
          <TargetFields state={state} />
          <Choice label="Pace" value={state.pace} options={PACES} />
          <Choice label="Step size" value={state.adapts} options={ADAPTS} />
          <Slider
            label="Step"
            value={state.step}
            min={0.05}
            max={5}
            step={0.05}
            show={(step) => step.toFixed(2)}
            disabled={state.adapts.value === 'warmup'}
          />
          <Choice label="Coordinate of the charts" value={state.coordinate} options={COORDINATES} />
          <SeedField value={state.seed} />
        </>
      }
    >
      <div class="three">
        {SAMPLERS.map(([name, words], i) => (
          <LanePanel key={name} title={words} state={state} lane={state.lanes[i]!} />
        ))}
      </div>
    </RoomLayout>
  )
}

/** A preset fills the expression in; another expression may be typed, and counts once Enter is pressed or the field is left. */
function TargetFields({ state }: { readonly state: SamplingState }) {
  const [choice, field] = [useId(), useId()]
  const target = state.target.value
  return (
    <>
      <div class="field">
        <label for={choice}>Target</label>
        <select
          id={choice}
          value={state.preset.value}
          onChange={({ currentTarget }) => state.choose(currentTarget.value as PresetName)}
        >
          {Object.entries(PRESETS).map(([name, { words }]) => (
            <option key={name} value={name}>
              {words}
            </option>
          ))}
          <option value="typed" disabled>
            typed in below
          </option>
        </select>
      </div>
      <div class="field">
        <label for={field}>Log density of x and y</label>
        <textarea
          id={field}
          rows={3}
          spellcheck={false}
          value={target.kind === 'text' ? target.text : ''}
          placeholder="built in: no expression"
          onChange={({ currentTarget }) => state.type(currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || event.shiftKey) return
            event.preventDefault()
            state.type(event.currentTarget.value)
          }}
        />
        <small>Type one, up to a constant, and press Enter: + − * / ^ exp log sqrt abs tanh logAddExp …</small>
      </div>
    </>
  )
}

interface LaneProps {
  readonly title: string
  readonly state: SamplingState
  readonly lane: LaneView
}

function LanePanel({ title, state, lane }: LaneProps) {
  return (
    <Panel title={title}>
      <Plane
        label={`The density, the last draws of ${title}, and the way of its first chain`}
        ranges={state.ranges}
        heat={state.heat}
        marks={lane.marks}
      />
      <Figures lane={lane} count={state.frame} />
      <Chart
        label={`Trace of ${title}`}
        data={lane.trace}
        lines={CHAIN_COLOURS.map((colour, i) => ({ label: `chain ${i + 1}`, colour }))}
        x={{ label: 'draw' }}
        y={{ label: 'value' }}
        height={150}
      />
      <Chart
        label={`Histogram of the draws of ${title} and the exact marginal density`}
        data={lane.histogram}
        lines={[
          { label: 'drawn', steps: true },
          { label: 'exact', colour: '--second' },
        ]}
        x={{ label: 'value' }}
        y={{ label: 'density' }}
        height={150}
      />
    </Panel>
  )
}

interface FiguresProps {
  readonly lane: LaneView
  readonly count: ReadonlySignal<{ readonly count: number } | undefined>
}

/** By itself, so that a frame draws only these numbers anew. */
function Figures({ lane, count }: FiguresProps) {
  const frame = lane.frame.value
  const text = (value: number | undefined, show: (value: number) => string) =>
    value === undefined || Number.isNaN(value) ? '–' : show(value)
  const draws = count.value?.count
  return (
    <Numbers
      values={[
        ['draws a chain', text(draws, (n) => `${n.toLocaleString('en')}${n === MOST_DRAWS ? ' (end)' : ''}`)],
        ['accepted', text(frame?.acceptance, (a) => `${(100 * a).toFixed(0)} %`)],
        ['R-hat', text(frame?.rHat, (r) => (r > 99 ? '> 99' : r.toFixed(3)))],
        ['ESS', text(frame?.ess, (n) => n.toFixed(0))],
        ['evaluations', text(frame?.evaluations, (n) => n.toLocaleString('en'))],
        ['ESS per 1000', text(frame && (1000 * frame.ess) / frame.evaluations, (n) => n.toFixed(1))],
      ]}
    />
  )
}
