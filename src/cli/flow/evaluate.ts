/** `gibbsite evaluate` on a flow: the exact log-likelihood of given rows, and bits per dimension of grey levels. */

import { oneHot } from '../../flow/one-hot.ts'
import { Rng } from '../../random/rng.ts'
import { checkColumns, head, readData } from '../data.ts'
import { UsageError } from '../failure.ts'
import type { Seeded } from '../options.ts'
import type { CommonOptions, Session } from '../session.ts'
import { mnist } from '../train-data.ts'
import { count, figure, spent } from '../words.ts'
import { loadFlow, sizeOf } from './model.ts'
import { type FlowScore, scoreOf } from './score.ts'

export interface FlowEvaluation extends CommonOptions, Seeded {
  readonly mnist?: boolean | string
  readonly rows?: number
  readonly dequantize?: number
}

export async function evaluateFlow(
  session: Session,
  path: string,
  input: string | undefined,
  options: FlowEvaluation,
): Promise<void> {
  const backend = await session.backend()
  const { flow } = await loadFlow(path)
  const { name, rows, levels, labels } = await chosenRows(input, options)
  checkColumns(name, { name, rows }, flow.dim)
  if (flow.context > 0 && labels === undefined) {
    throw new UsageError('expected --mnist, whose rows have classes, for a flow that is conditioned on them')
  }
  const seed = options.seed ?? new Rng().seed
  session.opening(`Flow of ${sizeOf(flow)}`, `${count(rows.shape[0], 'row')} of ${name}`, backend)
  const start = performance.now()
  const context = flow.context > 0 ? oneHot(labels!, flow.context) : undefined
  const score = await scoreOf(session, flow, { rows, levels: options.dequantize ?? levels, context }, seed)
  for (const line of scoreLines(score)) session.say(line)
  const seconds = (performance.now() - start) / 1000
  session.say(`${name}: ${count(rows.shape[0], 'row')}; ${spent(seconds, seed)}`)
  session.result({
    command: 'evaluate',
    model: path,
    data: name,
    rows: rows.shape[0],
    ...score,
    seed,
    seconds,
    backend,
  })
}

async function chosenRows(input: string | undefined, options: FlowEvaluation) {
  const few = (rows: Parameters<typeof head>[0]) => (options.rows === undefined ? rows : head(rows, options.rows))
  if (input !== undefined) {
    const { name, rows, levels } = await readData(input, {}, 'finite')
    return { name, rows: few(rows), levels, labels: undefined }
  }
  const { name, test, testLabels, levels } = await mnist(options)
  const rows = few(test!)
  return { name: `${name} (test)`, rows, levels, labels: testLabels!.subarray(0, rows.shape[0]) }
}

/** The score in words. */
export function scoreLines({ logLikelihood, standardError, bitsPerDim }: FlowScore): string[] {
  const error = Number.isFinite(standardError) ? ` (standard error ${figure(standardError, 2)})` : ''
  const lines = [`log-likelihood       ${figure(logLikelihood, 2)} nats a row${error}`]
  if (bitsPerDim !== undefined) lines.push(`bits per dimension   ${figure(bitsPerDim, 4)}`)
  return lines
}
