// npm run test:rng [-- --all] [--seed n] [--source stream|splits|seeds] [--only 0,15,...]
// Pipes raw words of Rng to Robert G. Brown's dieharder and sums up. Needs the Debian package `dieharder`.
//
//   stream    one stream, word after word
//   splits    64 words of split 0, of split 1, ...: streams that resemble each other would show
//   seeds     64 words of seed n, of seed n + 1, ...
//
// Of good random numbers one result in a hundred is called WEAK (p below 0.005 or above 0.995), so a weak test is repeated
// with two other seeds, and fails if one of them is weak again. FAILED (p below 1e-6) fails at once.
import { spawn } from 'node:child_process'
import { parseArgs } from 'node:util'
import { Failure, main, which } from './lib/run.mjs'
import { setup } from './setup.mjs'

const SOURCES = {
  *stream(Rng, seed) {
    const rng = new Rng(seed)
    for (;;) yield rng.words(1 << 16)
  },
  *splits(Rng, seed) {
    const rng = new Rng(seed)
    yield* joined((i) => rng.split(i).words(64))
  },
  *seeds(Rng, seed) {
    yield* joined((i) => new Rng(seed + i).words(64))
  },
}

/** make(0), make(1) ... in arrays of 2^16 words. */
function* joined(make) {
  for (let i = 0; ; ) {
    const words = new Uint32Array(1 << 16)
    for (let at = 0; at < words.length; at += 64) words.set(make(i++), at)
    yield words
  }
}

// All tests of dieharder 3.31 that its author calls good; the quick ones take some minutes together.
const QUICK = [0, 2, 3, 8, 9, 10, 11, 12, 13, 15, 16, 100, 101]
const ALL = [...QUICK, 1, 4, 102, 200, 201, 202, 203, 204, 205, 206, 207, 208, 209]

/** Runs one test; gives the lines of its results as [name, tuple, p, assessment]. */
function dieharder(test, words) {
  const shown = ['test_name', 'ntuple', 'pvalues', 'assessment'].flatMap((column) => ['-D', column])
  const args = ['-g', '200', '-d', String(test), '-c', '|', ...shown] // generator 200 is standard input
  const child = spawn('dieharder', args, { stdio: ['pipe', 'pipe', 'inherit'] })
  // Not for...of, which would close the generator when the pipe is full.
  const pump = () => {
    while (child.stdin.writable && child.stdin.write(new Uint8Array(words.next().value.buffer)));
  }
  child.stdin.on('drain', pump)
  child.stdin.on('error', () => {}) // it has read enough
  let text = ''
  child.stdout.on('data', (data) => {
    text += data
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', () => resolve(results(text)))
    pump()
  })
}

function results(text) {
  const lines = text.split('\n').map((line) => line.split('|').map((field) => field.trim()))
  return lines.filter((fields) => /^(PASSED|WEAK|FAILED)$/.test(fields.at(-1)))
}

const worst = (lines) => ['FAILED', 'WEAK', 'PASSED'].find((word) => lines.some((fields) => fields.at(-1) === word))

async function assess(test, source, seed, Rng) {
  for (const [attempt, step] of [0, 1e6, 2e6].entries()) {
    const lines = await dieharder(test, source(Rng, seed + step))
    for (const fields of lines) console.log(`${fields.join('  ')}${attempt > 0 ? '  (repeated)' : ''}`)
    const result = worst(lines)
    if (result === undefined) throw new Failure(`dieharder gave no result for test ${test}`)
    if (result === 'FAILED' || (result === 'WEAK' && attempt > 0)) return false
    if (result === 'PASSED' && (attempt === 0 || step === 2e6)) return true
  }
}

await main(async () => {
  const { values } = parseArgs({
    options: {
      all: { type: 'boolean', default: false },
      seed: { type: 'string', default: '1' },
      source: { type: 'string', default: 'stream' },
      only: { type: 'string' },
    },
  })
  const source = SOURCES[values.source]
  if (!source)
    throw new Failure(`expected --source to be one of ${Object.keys(SOURCES).join(', ')}; got ${values.source}`)
  if (!which('dieharder')) throw new Failure('dieharder is not installed: apt-get install dieharder')
  setup(['native', 'ts'])
  const { Rng } = await import('../dist/index.mjs')
  const tests = values.only ? values.only.split(',').map(Number) : values.all ? ALL : QUICK
  const failed = []
  for (const test of tests) if (!(await assess(test, source, Number(values.seed), Rng))) failed.push(test)
  console.log(`${tests.length - failed.length} of ${tests.length} tests of dieharder passed`)
  if (failed.length > 0)
    throw new Failure(`failed: tests ${failed.join(', ')} (source ${values.source}, seed ${values.seed})`)
})
