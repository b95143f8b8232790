/** SHA-256 of an array's bytes, in hex; in Node and in browsers. */
export async function sha256(array: ArrayBufferView): Promise<string> {
  const bytes = new Uint8Array(array.buffer as ArrayBuffer, array.byteOffset, array.byteLength)
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes.slice()))
  return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
