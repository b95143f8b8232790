/** `gibbsite sample` on a flow: draws of the base distribution, sent through the inverse. */

import type { FlowSample } from '../../flow/sample.ts'
import type { ShapeOptions } from '../data.ts'
import { Interrupted } from '../failure.ts'
import { prepareFile } from '../folder.ts'
import type { Seeded } from '../options.ts'
import { timeLeft } from '../progress.ts'
import { finished, samplesWriter } from '../samples.ts'
import { type CommonOptions, describeBackend, type Session } from '../session.ts'
import { classContext, describeFlow, loadFlow } from './model.ts'

export interface FlowSampling extends CommonOptions, ShapeOptions, Seeded {
  readonly chains: number
  readonly firstChain: number
  readonly temperature: number
  readonly label?: number
  readonly out: string
}

export async function sampleFlow(session: Session, path: string, options: FlowSampling): Promise<void> {
  const backend = await session.backend()
  const { flow, image } = await loadFlow(path, options)
  const { chains: count, temperature, firstChain: first, seed, label, out } = options
  const context = classContext(flow, { label, first, count })
  const write = samplesWriter(out, image)
  await prepareFile(out)
  session.note(`${describeFlow(flow)} on ${describeBackend(backend)}: ${count} draws at temperature ${temperature}`)
  const task = session.progress.task('sampling', count)
  const start = performance.now()
  const { result, stopped } = await finished<FlowSample>(
    flow.sample(count, {
      temperature,
      first,
      ...(seed !== undefined && { seed }),
      ...(context && { context }),
      signal: session.signal,
      onProgress: ({ done, secondsLeft }) => task.update(done, timeLeft(secondsLeft)),
    }),
  )
  task.end()
  await write(result)
  const drawn = result.shape[0]
  session.say(`${out}: ${drawn} draws at temperature ${temperature}, seed ${result.seed}`)
  const seconds = (performance.now() - start) / 1000
  session.result({
    command: 'sample',
    model: path,
    out,
    samples: drawn,
    temperature,
    seed: result.seed,
    seconds,
    backend,
  })
  if (stopped) throw new Interrupted(`stopped after ${drawn} of ${count} draws; ${out} holds them`)
}
