/** What requests look like, for the OpenAPI document. The checks themselves are the library's, with one sentence each. */

import type { Limits } from './limits.ts'
import type { OperationName } from './operation.ts'

type Schema = Readonly<Record<string, unknown>>

const model = { type: 'string', description: 'Name of the model; may be left out where there is only one.' }
const seed = {
  description: 'Of the random numbers, below 2^64; the same seed gives the same answer. Default: fresh, and told.',
  anyOf: [
    { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER },
    { type: 'string', pattern: '^[0-9]{1,19}$' },
  ],
}
const number = { type: 'number' }
const rows = { type: 'array', minItems: 1, items: { type: 'array', minItems: 1, items: number } }
const flags = { type: 'array', minItems: 1, items: { type: 'integer', minimum: 0, maximum: 1 } }

function integer(minimum: number, maximum: number, description: string): Schema {
  return { type: 'integer', minimum, maximum, description }
}

function described(schema: Schema, description: string): Schema {
  return { ...schema, description }
}

const sweeps = integer(1, 2 ** 30, 'Sweeps over all units.')
const firstChain = integer(
  0,
  2 ** 32 - 1,
  'Number of the first chain: any chain of a seed can be made alone. Default 0.',
)
const known = described(flags, 'One entry a unit, 1 for a known one, for all rows; or a row of them for each row.')
const context = described(rows, 'Of a flow with context: what the rows are conditioned on, a row each or one for all.')
const label = integer(0, 65_535, 'Of a flow with classes: the class, in place of `context`.')
const scan = { enum: ['sequential', 'random', 'permutation', 'chromatic'], description: 'Of a Boltzmann machine.' }
const update = { enum: ['heat-bath', 'metropolis'], description: 'Of a Boltzmann machine.' }
const temperature = {
  ...{ type: 'number', minimum: 0, maximum: 1e6 },
  description: "Of a Boltzmann machine, or of a flow's base.",
}

function chains(limits: Limits): Schema {
  return integer(1, limits.numbers, 'Independent chains, or draws: one row each. Default 1.')
}

function body(properties: Readonly<Record<string, Schema>>, required: readonly string[] = []): Schema {
  return { type: 'object', additionalProperties: false, properties: { model, ...properties }, required }
}

/** The bodies of the operations, with the fields of all kinds of models. */
export function bodySchemas(limits: Limits): Record<OperationName | 'mcmc', Schema> {
  const init = described(rows, 'States to start from, a row for each chain or one for all. Default: drawn.')
  const clamp = { type: 'object', additionalProperties: false, properties: { mask: flags, values: rows } }
  const data = described(rows, 'Rows of data.')
  const dynamics = { scan, update, temperature }
  return {
    sample: body({
      ...{ chains: chains(limits), sweeps, seed, firstChain, init, ...dynamics, label, context },
      clamp: described(clamp, 'Of an RBM: visible units held at given values.'),
      beta: { type: 'number', minimum: 0, maximum: 1e6, description: 'Inverse temperature of an RBM. Default 1.' },
      every: integer(1, 2 ** 30, 'With NDJSON: also tell the states after every so many sweeps.'),
      probabilities: { type: 'boolean', description: 'Of an RBM: also tell what the samples were drawn from.' },
    }),
    'log-prob': body({ data, label, context }, ['data']),
    complete: body(
      {
        ...{ data, known, sweeps, seed, ...dynamics, label, context },
        average: integer(1, 2 ** 30, 'Last sweeps whose means are the answer.'),
        steps: integer(1, 100_000, 'Of a flow: steps of each climb. Default 500.'),
        restarts: integer(1, 64, 'Of a flow: climbs of each row. Default 4.'),
      },
      ['data', 'known'],
    ),
    recall: body(
      {
        ...{ probes: described(rows, 'Where recall begins, -1 and 1 or 0 and 1.'), known, sweeps, seed, ...dynamics },
        order: { enum: ['random', 'sequential', 'synchronous'], description: 'Of a Hopfield network.' },
        maxSweeps: integer(1, 100_000, 'A run that has not ended by then is stopped. Default 1000.'),
        average: integer(1, 2 ** 30, 'Of a Boltzmann machine: last sweeps whose means are the answer.'),
      },
      ['probes'],
    ),
    mcmc: mcmcBody(),
  }
}

function mcmcBody(): Schema {
  const { model: _, ...properties } = {
    model,
    target: {
      type: 'object',
      description: 'An expression model as `JSON.stringify(model)` gives it. Code is never taken.',
      required: ['format', 'version', 'parameters', 'nodes', 'logDensity'],
    },
    sampler: { enum: ['nuts', 'metropolis'], description: 'Default nuts.' },
    chains: integer(1, 1024, 'Default 4.'),
    warmup: integer(0, 10_000_000, 'Iterations in which the sampler adapts. Default 1000.'),
    draws: integer(1, 10_000_000, 'Draws of each chain. Default 1000.'),
    thin: integer(1, 1000, 'Iterations for each draw. Default 1.'),
    firstChain,
    seed,
  }
  return { type: 'object', additionalProperties: false, properties, required: ['target'] }
}

export const summaries: Record<OperationName | 'mcmc', string> = {
  sample: 'Samples: Gibbs chains of an energy model, or draws of a flow',
  'log-prob': 'log P of rows, in nats',
  complete: 'Fills in the unknown part of rows',
  recall: 'Runs probes to the memories of a Hopfield network or a Boltzmann machine',
  mcmc: 'Samples from a density written as an expression model, by NUTS or Metropolis-Hastings',
}
