/**
 * A signal that is aborted when it is looked at for the n-th time, so that a call stops at the same point in every run. The
 * first look is that of the argument check, the second comes before the work, the third after its first piece.
 */
export function abortedAtLook(n: number): AbortSignal {
  const signal = new AbortController().signal
  let looks = 0
  Object.defineProperty(signal, 'aborted', { get: () => ++looks >= n })
  Object.defineProperty(signal, 'reason', { value: 'enough' })
  return signal
}
