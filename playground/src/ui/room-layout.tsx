/** How every room is laid out: a title and a sentence, the controls beside what moves, the code below. */

import type { ReadonlySignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { CopyCode } from './copy-code.tsx'
import { Failure } from './failure.tsx'

interface Props {
  readonly title: string
  /** What one sees here, in plain words. */
  readonly intro: ComponentChildren
  readonly controls: ComponentChildren
  /** What moves: a few `Panel`s. */
  readonly children: ComponentChildren
  readonly code: ReadonlySignal<string>
  readonly error: ReadonlySignal<unknown>
  /** Whether the worker has come and the room can be used. */
  readonly ready: boolean
}

export function RoomLayout({ title, intro, controls, children, code, error, ready }: Props) {
  return (
    <article class="room" data-ready={ready ? '' : undefined}>
      <header>
        <h1>{title}</h1>
        <p class="intro">{intro}</p>
        {error.value !== undefined && <Failure error={error.value} />}
      </header>
      <section class="controls" aria-label="Controls">
        {controls}
      </section>
      <div class="panels">{children}</div>
      <CopyCode code={code} />
    </article>
  )
}

interface PanelProps {
  readonly title: string
  /** A sentence below the title. */
  readonly note?: ComponentChildren
  readonly children: ComponentChildren
  /** Takes the whole width. */
  readonly wide?: boolean
}

export function Panel({ title, note, children, wide }: PanelProps) {
  return (
    <section class={wide ? 'panel wide' : 'panel'} aria-label={title}>
      <h2>{title}</h2>
      {note && <p class="note">{note}</p>}
      {children}
    </section>
  )
}

/** A few numbers with their names. Figures are of equal width, so that nothing jumps as they change. */
export function Numbers({ values }: { readonly values: readonly (readonly [name: string, value: string])[] }) {
  return (
    <dl class="numbers">
      {values.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}
