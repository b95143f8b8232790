/** The pictures of the Hopfield room that can be pressed: patterns to store, attractors found. */

import { Numbers } from '../../ui/room-layout.tsx'
import { Thumbnail } from '../../ui/thumbnail.tsx'
import type { Attractor } from './attractors.ts'
import type { Pattern } from './patterns.ts'
import { type HopfieldState, imageOf } from './state.ts'

const MOST_SHOWN = 24

export function Gallery({ state }: { readonly state: HopfieldState }) {
  const stored = state.stored.value
  return (
    <ul class="thumbnails">
      {state.gallery.value.map((named) => (
        <li key={named.name}>
          <button
            type="button"
            aria-pressed={stored.some(({ name }) => name === named.name)}
            onClick={() => state.toggle(named)}
          >
            <Thumbnail image={imageOf(named.pattern)} palette="spins" />
            <span>{named.name}</span>
          </button>
        </li>
      ))}
    </ul>
  )
}

interface AttractorsProps {
  readonly state: HopfieldState
  readonly show: (pattern: Pattern) => void
}

export function Attractors({ state, show }: AttractorsProps) {
  const memory = state.memory.value
  if (memory === undefined) return <p class="note">Nothing is stored: every state stays as it is.</p>
  const names = state.stored.value.map(({ name }) => name)
  const { stable, basin, attractors } = memory
  const spurious = attractors.filter(({ kind }) => kind === 'spurious')
  const rest = attractors.length - MOST_SHOWN
  return (
    <>
      <Numbers
        values={[
          ['stored and stable', `${Math.round(stable * names.length)} of ${names.length}`],
          ['come back from noise', basin > 0 ? `up to ${Math.round(100 * basin)} %` : 'not reliably'],
          ['spurious attractors', String(spurious.length)],
          ['runs that end in one', `${spurious.reduce((sum, { runs }) => sum + runs, 0)} of 200`],
        ]}
      />
      <ul class="thumbnails">
        {attractors.slice(0, MOST_SHOWN).map((attractor) => (
          <li key={attractor.state.join()}>
            <button type="button" onClick={() => show(attractor.state)}>
              <Thumbnail image={imageOf(attractor.state)} palette="spins" />
              <span>
                {words(attractor, names)}
                <br />
                {attractor.runs} {attractor.runs === 1 ? 'run' : 'runs'}
              </span>
            </button>
          </li>
        ))}
      </ul>
      {rest > 0 && <p class="note">And {rest} more.</p>}
    </>
  )
}

function words({ kind, pattern }: Attractor, names: readonly string[]): string {
  if (kind === 'spurious') return 'spurious'
  // A pattern may have been taken away since.
  const name = names[pattern] ?? 'pattern'
  return kind === 'stored' ? name : `mirror of ${name}`
}
