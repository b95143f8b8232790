/** A costly constant of a model: worked out when it is first wanted, for all who want it. */

/**
 * Who waits may stop waiting by a signal; the work goes on for the next who asks. A failure is forgotten, so that the next
 * one tries again.
 */
export function once<Value>(work: () => Promise<Value>): (signal?: AbortSignal) => Promise<Value> {
  let result: Promise<Value> | undefined
  return (signal) => {
    result ??= work().catch((error) => {
      result = undefined
      throw error
    })
    return signal === undefined ? result : orAborted(result, signal)
  }
}

/** The promise's value, or a rejection with the signal's reason when that comes first. */
export function orAborted<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  if (signal.aborted) return Promise.reject(signal.reason)
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason)
    signal.addEventListener('abort', stop, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}
