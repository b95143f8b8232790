/** The Ising room: a lattice of magnets under a temperature and a field. */

import { useEffect, useMemo } from 'preact/hooks'
import { Chart } from '../../ui/chart.tsx'
import { Choice, SeedField, Slider } from '../../ui/fields.tsx'
import { Pixels } from '../../ui/pixels.tsx'
import { Numbers, Panel, RoomLayout } from '../../ui/room-layout.tsx'
import { RunButton } from '../../ui/run-button.tsx'
import { useWorker } from '../../worker/connect.ts'
import { INITS, IsingState, TEMPERATURES } from './state.ts'
import type { IsingService } from './worker.ts'

const start = () => new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' })
const SIZES = [64, 128, 256, 512, 1024].map((size) => [size, `${size} × ${size}`] as const)
const PACES = [
  [1, 'one sweep a picture'],
  [10, 'ten sweeps a picture'],
  ['fast', 'as fast as it goes'],
] as const

const INTRO = (
  <>
    Every pixel is a small magnet that points up or down and would like to point as its four neighbours do. Heat makes
    it careless. Below the critical temperature 2.269 whole regions agree; above, they dissolve. A field pulls all of
    them one way.
  </>
)

export default function Ising() {
  const state = useMemo(() => new IsingState(), [])
  const { service, error, attempt } = useWorker<IsingService>(start)
  const ready = service.value
  useEffect(() => ready && state.follow(ready, attempt), [ready])
  return (
    <RoomLayout
      title="Ising lattice"
      intro={INTRO}
      code={state.code}
      error={error}
      ready={state.frame.value !== undefined}
      controls={
        <>
          <div class="row">
            <RunButton running={state.running} start="Run" disabled={!ready} />
            <button
              type="button"
              onClick={() => ready && attempt(() => state.step(ready))}
              disabled={!ready || state.running.value}
            >
              One sweep
            </button>
            <button type="button" onClick={() => ready && attempt(() => state.restart(ready))} disabled={!ready}>
              Restart
            </button>
          </div>
          <Slider
            label="Temperature T"
            value={state.temperature}
            min={0.5}
            max={5}
            step={0.01}
            show={(t) => t.toFixed(2)}
          />
          <div class="row">
            {TEMPERATURES.map(([words, temperature]) => (
              <button key={words} type="button" onClick={() => state.quench(temperature)}>
                {words}
              </button>
            ))}
          </div>
          <Slider label="Field h" value={state.field} min={-1} max={1} step={0.01} show={(h) => h.toFixed(2)} />
          <Choice label="Pace" value={state.pace} options={PACES} />
          <Choice label="Size" value={state.size} options={SIZES} />
          <Choice label="Start" value={state.init} options={INITS} />
          <SeedField value={state.seed} />
        </>
      }
    >
      <Panel title="Lattice">
        <Pixels label="The lattice: coloured where the magnet points up" image={state.image} palette="spins" />
        <Figures state={state} />
      </Panel>
      <Panel title="Traces" note="Dashed: what is known exactly of an infinite lattice without a field.">
        <Chart
          label="Magnetisation against sweeps"
          data={state.magnetisation}
          lines={[{ label: 'magnetisation' }, { label: 'exact', colour: '--muted', dashed: true }]}
          x={{ label: 'sweeps' }}
          y={{ label: 'mean spin', range: [-1.05, 1.05] }}
        />
        <Chart
          label="Energy of a site against sweeps"
          data={state.energy}
          lines={[{ label: 'energy of a site' }, { label: 'exact', colour: '--muted', dashed: true }]}
          x={{ label: 'sweeps' }}
          y={{ label: 'energy' }}
        />
      </Panel>
    </RoomLayout>
  )
}

/** By itself, so that a frame draws only these numbers anew. */
function Figures({ state }: { readonly state: IsingState }) {
  const frame = state.frame.value
  const text = (value: number | undefined, show: (value: number) => string) => (value === undefined ? '–' : show(value))
  return (
    <Numbers
      values={[
        ['sweeps', text(frame?.sweeps, (n) => n.toLocaleString('en'))],
        ['magnetisation', text(frame?.magnetisation, (m) => m.toFixed(4))],
        ['energy of a site', text(frame?.energy, (e) => e.toFixed(4))],
        ['updates a second', text(frame?.updatesPerSecond, (u) => (u === 0 ? '–' : `${(u / 1e6).toFixed(0)} million`))],
      ]}
    />
  )
}
