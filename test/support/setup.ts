// Every spec runs on the backend that its project names: a silent fallback would hide a broken one.

import { inject } from 'vitest'
import { backend, load } from '#gibbsite'

declare module 'vitest' {
  export interface ProvidedContext {
    backend: 'native' | 'wasm'
  }
}

const wanted = inject('backend')
await load({ backend: wanted })
const { name, reason } = backend()
if (name !== wanted) throw new Error(`expected the ${wanted} backend; got ${name} (${reason ?? 'no reason given'})`)
