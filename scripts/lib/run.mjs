// Starting other programs, with plain Node: these scripts also run before any package is installed.
import { spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync, statSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

/** A failure that one sentence explains: no stack is shown. */
export class Failure extends Error {}

/** The full path of a command on PATH, or undefined. */
export function which(command) {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const file = join(folder, command)
    try {
      accessSync(file, constants.X_OK)
      if (statSync(file).isFile()) return file
    } catch {}
  }
  return undefined
}

/** The script that a package in node_modules installs as a command. */
export const bin = (name) => join(root, 'node_modules/.bin', name)

/** Runs a program in the project's root with its output shown; throws where it fails. */
export function run(command, args, options = {}) {
  const status = tryRun(command, args, options)
  if (status !== 0) throw new Failure(`${[command, ...args].join(' ')} failed (${status})`)
}

/** The same, giving the exit status, or why there is none. */
export function tryRun(command, args, { env, ...options } = {}) {
  const result = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    ...options,
    env: { ...process.env, ...nodeHeaders(), ...env },
  })
  return result.status ?? result.signal ?? result.error?.message
}

/** What a program prints; throws where it fails. */
export function output(command, args, { env, ...options } = {}) {
  const result = spawnSync(command, args, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    ...options,
    env: { ...process.env, ...nodeHeaders(), ...env },
  })
  if (result.status === 0) return result.stdout
  const reason = result.error?.message ?? `${result.stdout}${result.stderr}`
  throw new Failure(`${[command, ...args].join(' ')} failed (${result.status ?? result.signal})\n${reason}`)
}

/** Runs a compiler's driver: shown are the lines with its warnings, and everything where it fails. */
export function compile(command, args, options) {
  const text = output('sh', ['-c', '"$0" "$@" 2>&1', command, ...args], options)
  const warnings = text.split('\n').filter((line) => line.includes('warning:'))
  for (const warning of new Set(warnings)) console.log(warning)
}

/** Where cmake-js and node-gyp find Node's headers, so that they don't download them. */
function nodeHeaders() {
  if (process.env.npm_config_nodedir) return {}
  const folder = dirname(dirname(process.execPath))
  return existsSync(join(folder, 'include/node/node_api.h')) ? { npm_config_nodedir: folder } : {}
}

/** Runs the main function of a script: a Failure ends it with its one sentence. */
export async function main(body) {
  try {
    await body()
  } catch (error) {
    console.error(error instanceof Failure ? error.message : error)
    process.exitCode = 1
  }
}
