// The package as npm would publish it, and the tests of what a user gets from it.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { prebuildHost } from '../prebuilds.mjs'
import { bin, Failure, output, root, run, tryRun } from './run.mjs'

const PACK = join(root, 'build-pack')
const RESULTS = join(root, 'build-results')

/** Makes build-pack/gibbsite-<version>.tgz. */
export function pack() {
  prebuildHost()
  rmSync(PACK, { recursive: true, force: true })
  mkdirSync(PACK, { recursive: true })
  output('npm', ['pack', '--ignore-scripts', '--pack-destination', PACK])
}

export function tarball() {
  const name = existsSync(PACK) && readdirSync(PACK).find((file) => file.endsWith('.tgz'))
  if (!name) throw new Failure('there is no tarball to check')
  return join(PACK, name)
}

/** Runs test/install/<name>.test.mjs on the tarball and counts. */
export function installed(name) {
  mkdirSync(RESULTS, { recursive: true })
  const file = join(RESULTS, `install-${name}.tap`)
  const args = ['--test', '--test-reporter=spec', '--test-reporter-destination=stdout', '--test-reporter=tap']
  args.push(`--test-reporter-destination=${file}`, `test/install/${name}.test.mjs`)
  tryRun(process.execPath, args, { env: { GIBBSITE_TARBALL: tarball() } })
  if (!existsSync(file)) throw new Failure(`no result was written to ${file}`)
  const text = readFileSync(file, 'utf8')
  const count = (word) => Number(text.match(new RegExp(`^# ${word} (\\d+)`, 'm'))?.[1] ?? 0)
  return { passed: count('pass'), failed: count('fail') + count('cancelled'), skipped: count('skipped') }
}

/** Holds what is downloaded against the limits in package.json (`size-limit`). */
export function sizes() {
  run(bin('size-limit'), [])
}
