/** The files of a training's folder, and the report of what is in them. */

import { join } from 'node:path'
import type { BackendInfo } from '../backend/backend.ts'
import type { Settings } from '../energy/rbm-options.ts'
import { readFileBounded, writeFileAtomic } from '../io/files.node.ts'
import type { History } from './report/history.ts'
import type { Fact, Picture } from './report/page.ts'
import { toJson } from './session.ts'
import type { EpochTime } from './train-clock.ts'

export const fileNames = {
  model: 'model.safetensors',
  history: 'history.json',
  filters: 'filters.png',
  fantasies: 'fantasies.png',
  completions: 'completions.png',
  report: 'report.html',
} as const

export type FileName = keyof typeof fileNames

/** Paths of the files in the folder. */
export function pathsIn(folder: string): Record<FileName, string> {
  const entries = Object.entries(fileNames).map(([key, name]) => [key, join(folder, name)])
  return Object.fromEntries(entries) as Record<FileName, string>
}

/** @param history a `History`, or what takes its place where there are no epochs */
export async function writeHistory(path: string, history: object): Promise<void> {
  await writeText(path, `${toJson(history)}\n`)
}

export function writeText(path: string, text: string): Promise<void> {
  return writeFileAtomic(path, new TextEncoder().encode(text))
}

export async function writePicture(path: string, picture: Picture): Promise<void> {
  await writeFileAtomic(path, picture.png)
}

/**
 * The epochs that an earlier run has noted beside its model, up to the one the model stands at. A file that is missing or
 * is no history gives none: the curves then begin where the new run does.
 */
export async function earlierEpochs<Epoch extends EpochTime>(path: string, epoch: number): Promise<Epoch[]> {
  try {
    const { format, epochs } = JSON.parse(new TextDecoder().decode(await readFileBounded(path))) as History<Epoch>
    const sound =
      format === 'gibbsite-history-1' && epochs.every((record) => Number.isFinite(record.epoch + record.seconds))
    return sound ? epochs.filter((record) => record.epoch <= epoch) : []
  } catch {
    return []
  }
}

/** The settings of a training for the report's table, those that are off left out. */
export function settingFacts(settings: Settings, epochs: number, hidden: number): Fact[] {
  const words = Object.entries(settings).flatMap(([name, value]): Fact[] => {
    const text = settingText(name, value)
    return text === undefined ? [] : [[spaced(name), text]]
  })
  return [['hidden units', String(hidden)], ['epochs', String(epochs)], ...words]
}

function settingText(name: string, value: unknown): string | undefined {
  if (name === 'learningRate') {
    const { initial, final, schedule } = value as { initial: number; final: number; schedule: string }
    return schedule === 'constant' ? String(initial) : `${initial} to ${final}, ${schedule}`
  }
  if (name === 'sparsity') {
    const { target, cost } = value as { target: number; cost: number }
    return cost === 0 ? undefined : `target ${target}, cost ${cost}`
  }
  if (name === 'temperatures')
    return (value as number[]).length > 1 ? (value as number[]).map((beta) => beta.toFixed(2)).join(', ') : undefined
  if (name === 'chains' && value === 0) return undefined
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  return String(value)
}

export function spaced(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
}

export function machineFacts({ name, simd, threads, reason }: BackendInfo): Fact[] {
  return [
    ['backend', name],
    ['vector instructions', simd],
    ['threads', String(threads)],
    ...(reason ? ([['why not native', reason]] as const) : []),
    ['Node.js', process.versions.node],
    ['platform', `${process.platform}-${process.arch}`],
  ]
}
