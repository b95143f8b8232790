/** The worker's end of a room: loads the WebAssembly build, then serves one object whose methods the page calls. */

import { expose, proxy } from 'comlink'
import { load } from 'gibbsite'
import wasm from '../../../dist/gibbsite.wasm?url'

/** What `connect` finds in every worker of a room. */
export interface Entrance<Service> {
  open(): Promise<Service>
}

/** Call it at the top of a room's worker.ts: `serve(() => new IsingService())`. */
export function serve<Service extends object>(make: () => Service): void {
  const entrance: Entrance<Service> = {
    async open() {
      await load({ wasm: new URL(wasm, import.meta.url).href })
      return proxy(make())
    },
  }
  expose(entrance)
}
