/** What all routes work with. */

import type { ServerResponse } from 'node:http'
import type { BackendInfo } from '../backend/backend.ts'
import type { Desk, Visit } from './desk.ts'
import type { Limits } from './limits.ts'
import type { Metrics } from './metrics.ts'
import type { ServedModel } from './operation.ts'
import { clientGone } from './refusal.ts'

export interface ServerContext {
  readonly models: ReadonlyMap<string, ServedModel>
  readonly backend: BackendInfo
  readonly limits: Limits
  readonly desk: Desk
  readonly metrics: Metrics
}

/** Lets a request in, until its answer is sent or its client has gone. */
export function visitOf(desk: Desk, response: ServerResponse): Visit {
  const visit = desk.enter()
  response.once('close', () => {
    if (!response.writableFinished) visit.abort(clientGone)
    visit.leave()
  })
  return visit
}
