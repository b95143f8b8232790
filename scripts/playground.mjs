// npm run playground: builds the playground where it is out of date, and serves it. Stop it with Ctrl-C.
//   PORT=8080 npm run playground
import { main } from './lib/run.mjs'
import { setup } from './setup.mjs'

await main(async () => {
  setup(['wasm', 'ts'])
  const { buildPlayground, servePlayground } = await import('./lib/playground.mjs') // needs packages
  await buildPlayground()
  const { address } = await servePlayground({ port: Number(process.env.PORT ?? 4173) })
  console.log(`the playground is at ${address}`)
})
