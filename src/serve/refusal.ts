/** Answers that are not what was asked for: one sentence, and the status that says whose turn it is. */

import {
  AbortError,
  ArgumentError,
  DensityError,
  DivergenceError,
  FormatError,
  GibbsiteError,
  IllConditionedError,
} from '../errors.ts'

/** A request that is not served, and why. */
export class Refusal extends GibbsiteError {
  override name = 'Refusal'

  constructor(
    readonly status: number,
    message: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message)
  }
}

/** Nobody reads the answer any more. */
export const clientGone: Refusal = new Refusal(499, 'the client went away')

export const closing: Refusal = new Refusal(503, 'the server is shutting down; ask another one', {
  connection: 'close',
})

export function overTime(seconds: number): Refusal {
  return new Refusal(422, `expected work that takes at most ${seconds} s here; it took longer and was stopped`)
}

export function tooBusy(most: number): Refusal {
  const message = `expected at most ${most} requests at a time; this one was not begun: try again soon`
  return new Refusal(429, message, { 'retry-after': '1' })
}

/** The status and the sentence for whatever went wrong. What is not of our making is a bug, and says no more than that. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error
  if (error instanceof AbortError && error.cause instanceof Refusal) return error.cause
  if ((error as NodeJS.ErrnoException).code === 'ERR_STREAM_PREMATURE_CLOSE') return clientGone
  if (error instanceof ArgumentError || error instanceof FormatError) return new Refusal(400, error.message)
  const ofTheModel = [DensityError, DivergenceError, IllConditionedError]
  if (ofTheModel.some((kind) => error instanceof kind)) return new Refusal(422, (error as Error).message)
  return httpRefusal(error) ?? new Refusal(500, 'the server failed; its log says more')
}

/** What Fastify found wrong with a request before it came to us. */
function httpRefusal(error: unknown): Refusal | undefined {
  const { statusCode, code, message } = error as { statusCode?: number; code?: string; message?: string }
  if (statusCode === undefined || statusCode < 400 || statusCode >= 500) return undefined
  const known: Record<string, string> = {
    FST_ERR_CTP_INVALID_MEDIA_TYPE: 'expected a body of application/json or application/x-npy; got another type',
    FST_ERR_CTP_EMPTY_JSON_BODY: 'expected a JSON object as body; got an empty one',
    FST_ERR_CTP_INVALID_JSON_BODY: 'expected a JSON object as body; got text that is no JSON',
    FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'expected a body as long as its Content-Length; got another length',
    FST_ERR_CTP_BODY_TOO_LARGE: 'expected a smaller body; this one is longer than the server takes',
  }
  return new Refusal(statusCode, known[code ?? ''] ?? `expected a well-formed request; got: ${message}`)
}
