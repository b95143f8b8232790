/** Runs the built command as a process of its own, on the backend of the project. For Node's specs only. */

import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { encodeNpy } from '#gibbsite'
import { uniforms } from './enumeration.ts'

export interface Outcome {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export interface CliOptions {
  readonly cwd?: string
  readonly env?: Record<string, string>
  /** A file or device to which its stdout goes, instead of coming back. */
  readonly stdout?: string
  /** Called with each piece of stderr while the command runs. */
  readonly onStderr?: (text: string, child: ChildProcess) => void
}

/** Runs `gibbsite` with these words. */
export async function gibbsite(words: readonly string[], options: CliOptions = {}): Promise<Outcome> {
  const { cwd, env, onStderr } = options
  const target = options.stdout === undefined ? undefined : await open(options.stdout, 'w')
  const child = spawn(process.execPath, [resolve('dist/cli.mjs'), ...words], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['pipe', target?.fd ?? 'pipe', 'pipe'],
  })
  await target?.close()
  const said = { stdout: '', stderr: '' }
  child.stdout?.setEncoding('utf8').on('data', (text) => (said.stdout += text))
  child.stderr!.setEncoding('utf8').on('data', (text) => {
    said.stderr += text
    onStderr?.(said.stderr, child)
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => resolve({ code, signal, ...said }))
  })
}

/** The same with `--json`; what it prints on stdout. */
export async function gibbsiteJson(words: readonly string[], options: CliOptions = {}) {
  const { code, stdout, stderr } = await gibbsite([...words, '--json', '--quiet'], options)
  if (code !== 0) throw new Error(`gibbsite ${words.join(' ')} exited with ${code}: ${stderr}`)
  return JSON.parse(stdout)
}

export interface Folder {
  readonly path: string
  /** The path of a file in it. */
  file(name: string): string
  remove(): Promise<void>
}

export async function temporaryFolder(): Promise<Folder> {
  const path = await mkdtemp(join(tmpdir(), 'gibbsite-cli-'))
  return { path, file: (name) => join(path, name), remove: () => rm(path, { recursive: true, force: true }) }
}

/** Writes images of side 8 with some full rows, as bytes 0 and 1: [rows, 8, 8]. Each row of an image is on or off as a whole. */
export async function writeStripes(path: string, rows: number, seed = 1): Promise<void> {
  const next = uniforms(seed)
  const data = new Uint8Array(rows * 64)
  for (let stripe = 0; stripe < rows * 8; stripe++) data.fill(next() < 0.3 ? 1 : 0, stripe * 8, stripe * 8 + 8)
  await writeFile(path, encodeNpy({ data, shape: [rows, 8, 8] }))
}
