/** The shell around the rooms: title, navigation, theme. */

import { useSignal, useSignalEffect } from '@preact/signals'
import type { ComponentType } from 'preact'
import { rooms } from './rooms.ts'
import { room } from './route.ts'
import { type Choice, choice, choose } from './theme.ts'
import { Failure } from './ui/failure.tsx'

export function App() {
  return (
    <>
      <a class="skip" href="#content">
        Skip to the room
      </a>
      <header class="bar">
        <p class="brand">
          gibbsite <span>playground</span>
        </p>
        <nav aria-label="Rooms">
          {rooms.map(({ id, title }) => (
            <a key={id} href={`#/${id}`} aria-current={room.value.id === id ? 'page' : undefined}>
              {title}
            </a>
          ))}
        </nav>
        <ThemeChoice />
      </header>
      <main id="content" tabIndex={-1}>
        <CurrentRoom />
      </main>
    </>
  )
}

function ThemeChoice() {
  return (
    <label class="theme">
      <span>Theme</span>
      <select value={choice.value} onChange={({ currentTarget }) => choose(currentTarget.value as Choice)}>
        <option value="auto">as the system</option>
        <option value="light">light</option>
        <option value="dark">dark</option>
      </select>
    </label>
  )
}

/** Loads the code of the room in the address; a room that is left is unmounted, and its worker ends. */
function CurrentRoom() {
  const loaded = useSignal<{ id: string; Content: ComponentType } | undefined>(undefined)
  const error = useSignal<unknown>(undefined)
  useSignalEffect(() => {
    const { id, title, load } = room.value
    document.title = `${title} · gibbsite playground`
    error.value = undefined
    load().then(
      (module) => {
        if (room.peek().id === id) loaded.value = { id, Content: module.default }
      },
      (reason) => (error.value = reason),
    )
  })
  if (error.value !== undefined) return <Failure error={error.value} />
  if (loaded.value?.id !== room.value.id) return <p class="loading">Loading …</p>
  const { id, Content } = loaded.value
  return <Content key={id} />
}
