/** The parts of the RBM room that have controls in them. */

import type { Remote } from 'comlink'
import { useId } from 'preact/hooks'
import { Choice, SeedField, Slider } from '../../ui/fields.tsx'
import { GridEditor } from '../../ui/grid-editor.tsx'
import { Pixels } from '../../ui/pixels.tsx'
import { Numbers, Panel } from '../../ui/room-layout.tsx'
import type { RbmState } from './state.ts'
import type { RbmService } from './worker.ts'

interface Props {
  readonly state: RbmState
  /** Has the worker do something. */
  readonly act: (work: (service: Remote<RbmService>) => Promise<void>) => void
}

const SIZES = [64, 128, 256, 512].map((units) => [units, `${units} hidden units`] as const)
const BATCHES = [10, 50, 100, 500].map((rows) => [rows, `${rows} digits`] as const)
const METHODS = [
  ['pcd', 'persistent chains (PCD)'],
  ['cd', 'contrastive divergence (CD)'],
] as const
const HALVES = [
  ['upper', 'upper half'],
  ['lower', 'lower half'],
  ['left', 'left half'],
  ['right', 'right half'],
] as const

export function Controls({ state, act }: Props) {
  const idle = state.frame.value === undefined
  const training = state.training.value
  return (
    <>
      <div class="row">
        <button
          class="main"
          type="button"
          disabled={idle}
          onClick={() => act(training ? (service) => state.stop(service) : (service) => state.train(service))}
        >
          {training ? 'Stop' : 'Train'}
        </button>
        <button type="button" disabled={idle || training} onClick={() => act((service) => state.dream(service))}>
          Dream on
        </button>
      </div>
      <Slider label="Epochs" value={state.epochs} min={1} max={200} step={1} />
      <Slider label="Learning rate" value={state.learningRate} min={0.005} max={0.2} step={0.005} />
      <Choice label="Digits of a step" value={state.batch} options={BATCHES} />
      <Choice label="Method" value={state.method} options={METHODS} />
      <Choice label="Size" value={state.hidden} options={SIZES} hint="Another size begins anew." />
      <SeedField value={state.seed} hint="Another seed begins anew." />
      <ModelFile state={state} act={act} />
    </>
  )
}

/** Opening a model, by a choice of file or by dropping one, and saving. */
function ModelFile({ state, act }: Props) {
  const id = useId()
  const open = (files: FileList | null | undefined) => {
    const file = files?.[0]
    if (file) act((service) => state.open(service, file))
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the file input inside does the same by keyboard
    <div
      class="field drop"
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault()
        open(event.dataTransfer?.files)
      }}
    >
      <label for={id}>Model file</label>
      <input id={id} type="file" accept=".safetensors" onChange={({ currentTarget }) => open(currentTarget.files)} />
      <small>Drop a file here that "Save" or `npm start` wrote (model.safetensors).</small>
      <button type="button" disabled={!state.frame.value} onClick={() => act((service) => state.save(service))}>
        Save the model
      </button>
    </div>
  )
}

export function Completion({ state, act }: Props) {
  return (
    <>
      <Panel title="Half a digit" note="Draw in the clear half; the veiled one is for the model to find.">
        <div class={`veiled ${state.half.value}`}>
          <GridEditor
            label="Half a digit, 28 by 28 pixels"
            image={state.cueImage}
            palette="grey"
            isOn={(value) => value > 0}
            onPaint={(x, y, on) => state.paint(x, y, on)}
          />
        </div>
        <Choice label="The model sees" value={state.half} options={HALVES} />
        <div class="row">
          <button type="button" onClick={() => act((service) => state.nextDigit(service))}>
            Next digit
          </button>
          <button type="button" onClick={() => state.clear()}>
            Clear
          </button>
        </div>
      </Panel>
      <Panel
        title="Completed"
        note="The other half as the model would have it, averaged over 50 sweeps; grey where it is unsure."
      >
        <Pixels label="The digit, completed by the model" image={state.completion} palette="grey" />
      </Panel>
    </>
  )
}

export function Figures({ state }: { readonly state: RbmState }) {
  const frame = state.frame.value
  const progress = frame?.progress
  const score = frame?.scores.at(-1)
  return (
    <Numbers
      values={[
        ['epochs', String(frame?.scores.length ?? 0)],
        ['pseudo-log-likelihood', score === undefined ? '–' : score.toFixed(2)],
        ['digits a second', progress ? Math.round(progress.examplesPerSecond).toLocaleString('en') : '–'],
        ['hidden units', frame ? String(frame.hidden) : '–'],
      ]}
    />
  )
}
