/** The RBM room: a model learns digits, dreams of them, and finishes what is half drawn. */

import type { Remote } from 'comlink'
import { useEffect, useMemo } from 'preact/hooks'
import { Chart } from '../../ui/chart.tsx'
import { Pixels } from '../../ui/pixels.tsx'
import { Panel, RoomLayout } from '../../ui/room-layout.tsx'
import { useWorker } from '../../worker/connect.ts'
import { Completion, Controls, Figures } from './parts.tsx'
import { RbmState } from './state.ts'
import type { RbmService } from './worker.ts'

const start = () => new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' })

const INTRO = (
  <>
    A restricted Boltzmann machine learns what digits look like from 4,000 of them, without being told which is which.
    Its hidden units become detectors of strokes. Run backwards, it dreams up digits of its own, and it finishes one of
    which it is shown only half.
  </>
)

export default function RbmRoom() {
  const state = useMemo(() => new RbmState(), [])
  const { service, error, attempt } = useWorker<RbmService>(start)
  const opened = service.value
  useEffect(() => opened && state.follow(opened, attempt), [opened])
  const act = (work: (service: Remote<RbmService>) => Promise<void>) => {
    if (opened) attempt(() => work(opened))
  }
  return (
    <RoomLayout
      title="Restricted Boltzmann machine"
      intro={INTRO}
      code={state.code}
      error={error}
      ready={state.frame.value !== undefined}
      controls={<Controls state={state} act={act} />}
    >
      <Panel title="Filters" note="What the first 64 hidden units look for: red pixels speak for, blue ones against.">
        <Pixels
          label="The weights of up to 64 hidden units, as small pictures"
          image={state.filters}
          palette="signed"
        />
      </Panel>
      <Panel title="Fantasies" note="36 chains that wander through what the model holds to be digits.">
        <Pixels label="36 pictures dreamt up by the model" image={state.fantasies} palette="grey" />
      </Panel>
      <Completion state={state} act={act} />
      <Panel
        title="Progress"
        note="The pseudo-likelihood says how well each pixel is predicted from all others; higher is better."
        wide
      >
        <Chart
          label="Pseudo-log-likelihood of digits after each epoch"
          data={state.scores}
          lines={[{ label: 'pseudo-log-likelihood, in nats' }]}
          x={{ label: 'epochs' }}
          y={{ label: 'nats' }}
        />
        <Figures state={state} />
      </Panel>
    </RoomLayout>
  )
}
