/** `gibbsite doctor`: what runs here, and where it is not the fastest, why and what may help. */

import { availableParallelism, cpus, totalmem } from 'node:os'
import type { Command } from 'commander'
import type { BackendInfo } from '../backend/backend.ts'
import { exitCodes } from './failure.ts'
import { common } from './options.ts'
import { selfTest } from './self-test.ts'
import { type CommonOptions, Session } from './session.ts'

const examples = ['gibbsite doctor', 'GIBBSITE_BACKEND=wasm gibbsite doctor --json']

export function addDoctor(program: Command): void {
  const command = program.command('doctor').description('say which backend runs, and why')
  common(command, examples, { seeded: false }).action(doctor)
}

interface Finding {
  readonly name: string
  readonly value: string
}

async function doctor(options: CommonOptions): Promise<void> {
  const session = new Session({ ...options, quiet: true })
  const backend = await session.backend().catch((error: Error) => error)
  const works = !(backend instanceof Error)
  const test = works ? await selfTest() : undefined
  const sound = test?.passed === true
  const remedies = works ? advice(backend, sound) : [backend.message]
  for (const { name, value } of [...runtime(), ...findings(backend, sound)]) session.say(`${name.padEnd(20)}${value}`)
  session.say(remedies.length === 0 ? '\nNothing to improve.' : `\n${remedies.map((line) => `- ${line}`).join('\n')}`)
  session.result({
    command: 'doctor',
    ok: sound,
    selfTest: test,
    backend: works ? backend : null,
    error: works ? undefined : backend.message,
    wasmSimd: wasmSimd(),
    node: process.versions.node,
    platform: `${process.platform}-${process.arch}`,
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memory: totalmem(),
    remedies,
  })
  if (!sound) process.exitCode = exitCodes.failed
}

function runtime(): Finding[] {
  const cpu = cpus()[0]?.model.trim() ?? 'unknown'
  return [
    { name: 'Node.js', value: `${process.versions.node} (V8 ${process.versions.v8})` },
    { name: 'platform', value: `${process.platform}-${process.arch}` },
    { name: 'processor', value: `${cpu}, ${availableParallelism()} cores` },
    { name: 'memory', value: `${(totalmem() / 2 ** 30).toFixed(1)} GiB` },
    { name: 'WebAssembly SIMD', value: wasmSimd() ? 'supported' : 'not supported' },
    { name: 'GIBBSITE_BACKEND', value: process.env['GIBBSITE_BACKEND'] || 'not set' },
  ]
}

function findings(backend: BackendInfo | Error, sound: boolean): Finding[] {
  if (backend instanceof Error) return [{ name: 'backend', value: 'none could be loaded' }]
  const reason = backend.reason ? [{ name: 'native addon', value: backend.reason }] : []
  return [
    { name: 'backend', value: backend.name },
    ...reason,
    { name: 'vector instructions', value: backend.simd },
    { name: 'threads', value: String(backend.threads) },
    { name: 'self-test', value: sound ? 'passed' : 'FAILED: the numbers are not those they must be' },
  ]
}

function advice({ name, simd, reason, threads }: BackendInfo, sound: boolean): string[] {
  const lines: string[] = []
  if (!sound) lines.push('The kernels compute wrong numbers: install the package again, and report the machine.')
  if (name === 'wasm') lines.push(...wasmAdvice(reason))
  if (name === 'native' && simd === 'baseline' && process.arch === 'x64') {
    lines.push('The processor has no AVX2; everything works, at about half the speed.')
  }
  if (name === 'native' && threads < availableParallelism()) {
    lines.push(`${threads} of ${availableParallelism()} cores are used: leave --threads away to use all.`)
  }
  return lines
}

function wasmAdvice(reason: string | undefined): string[] {
  if (process.env['GIBBSITE_BACKEND'] === 'wasm')
    return ['GIBBSITE_BACKEND=wasm forces WebAssembly: unset it to use the native addon.']
  if (reason === undefined) return ['WebAssembly was asked for; the native addon is several times as fast.']
  return [
    'WebAssembly gives the same numbers with one thread; for the speed of all cores the native addon is needed:',
    'install the package again, so that prebuilds/ holds a binary for this machine, or',
    'build the addon (a C++20 compiler is needed): npm run build:native in a clone, npx node-gyp rebuild in the package.',
  ]
}

// A module whose only function returns a v128 constant: it is valid where SIMD is known.
const simdModule = [
  0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00, 0x01, 0x05, 0x01, 0x60, 0x00, 0x01, 0x7b, 0x03, 0x02, 0x01, 0x00,
  0x0a, 0x0a, 0x01, 0x08, 0x00, 0x41, 0x00, 0xfd, 0x0f, 0xfd, 0x62, 0x0b,
]

function wasmSimd(): boolean {
  return typeof WebAssembly === 'object' && WebAssembly.validate(Uint8Array.from(simdModule))
}
