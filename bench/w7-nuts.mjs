// W7n: the no-U-turn sampler on the eight schools, 4 chains of 1000 + 1000 iterations. `W7n.nuts.*` count effective draws (the
// least bulk size of mu, tau and theta) per second of a whole process: start, import, compilation of the model, warm-up and
// draws; `W7n.first_draw` is the time until such a process has its first draw after a warm-up of 100.
import { spawnSync } from 'node:child_process'
import { performance } from 'node:perf_hooks'

const address = JSON.stringify(new URL('../dist/index.mjs', import.meta.url).href)

const targets = {
  eight_schools: 'const target = library.eightSchoolsTarget()',
  eight_schools_expression: `
    const { data, logPdf, model, param } = library
    const [mu, tau, z] = [param('mu'), param('tau', { lower: 0 }), param('z', { shape: 8 })]
    const theta = mu.add(tau.mul(z))
    const y = data([28, 8, -3, 7, -1, 1, 18, 12]), sigma = data([15, 10, 16, 11, 9, 11, 10, 18])
    const target = model({
      parameters: [mu, tau, z],
      logDensity: [logPdf.normal(mu, 0, 5), logPdf.halfCauchy(tau, 5), logPdf.normal(z), logPdf.normal(y, theta, sigma)],
      derived: { theta },
    })`,
}

const program = (backend, target, rest) => `
  const library = await import(${address})
  await library.load({ backend: '${backend}' })
  ${targets[target]}
  ${rest}`

const whole = `
  const run = await library.nuts({ target, seed: 1 })
  if (run.data.length !== 4000 * run.names.length) process.exit(1)`
const first = `
  for await (const block of library.nuts({ target, seed: 1, warmup: 100, draws: 100 })) {
    if (block.data.every(Number.isFinite)) process.exit(0)
  }
  process.exit(1)`

function seconds(script) {
  const start = performance.now()
  const { status } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { stdio: 'inherit' })
  if (status !== 0) throw new Error('the run failed')
  return (performance.now() - start) / 1000
}

/** Bulk effective size of the run that the processes repeat. */
async function effectiveDraws(library, target) {
  const run = await new Function(
    'library',
    `return (async () => {${targets[target]}\nreturn library.nuts({ target, seed: 1 })})()`,
  )(library)
  const { rows } = library.summary(run)
  return Math.min(...rows.filter(({ name }) => /^(mu|tau|theta)/.test(name)).map((row) => row.ess_bulk))
}

const throughput = (target) => ({
  id: `W7n.nuts.${target}`,
  unit: 'ESS/s',
  async samples({ library, backend, repetitions }) {
    const draws = await effectiveDraws(library, target)
    const script = program(backend, target, whole)
    seconds(script)
    return Array.from({ length: repetitions }, () => draws / seconds(script))
  },
})

const firstDraw = (target) => ({
  id: `W7n.first_draw.${target}`,
  unit: 'ms',
  samples({ backend, repetitions }) {
    const script = program(backend, target, first)
    seconds(script)
    return Array.from({ length: repetitions }, () => 1000 * seconds(script))
  },
})

export default Object.keys(targets).flatMap((target) => [throughput(target), firstDraw(target)])
