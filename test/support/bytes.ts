/** Where two byte arrays first differ; -1 if nowhere. (Comparing large arrays by `toEqual` takes far longer.) */
export function firstDifference(a: Uint8Array, b: Uint8Array): number {
  const length = Math.max(a.length, b.length)
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return i
  return -1
}
