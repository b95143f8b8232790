/** Small flows with parameters that matter, for specs of what flows are used for. */

import type { Flow } from '#gibbsite'
import { uniforms } from './enumeration.ts'

/** Moves every parameter of a flow by a uniform number from -size to size: a new flow is nearly the identity. */
export function shaken<F extends Flow>(flow: F, size: number, seed = 1): F {
  const next = uniforms(seed)
  const moved = Object.entries(flow.parameters()).map(([name, { data }]) => {
    return [name, data.map((value) => value + size * (2 * next() - 1))] as const
  })
  flow.setParameters(Object.fromEntries(moved))
  return flow
}
