/** The committed files of test/fixtures, in Node and in a browser alike: Vite hands them over as data URLs. */
const files = import.meta.glob<string>(['../fixtures/*', '!**/*.py'], { query: '?url&inline', import: 'default' })

export async function fixture(name: string): Promise<Uint8Array> {
  const load = files[`../fixtures/${name}`]
  if (!load) throw new Error(`expected a fixture called ${name}; there is none in test/fixtures`)
  return new Uint8Array(await (await fetch(await load())).arrayBuffer())
}
