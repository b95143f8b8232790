/** Light or dark: as the system has it, or as the visitor chose. */

import { effect, signal } from '@preact/signals'

export type Choice = 'auto' | 'light' | 'dark'

const KEY = 'gibbsite-theme'
const system = matchMedia('(prefers-color-scheme: dark)')
const systemIsDark = signal(system.matches)
system.addEventListener('change', ({ matches }) => (systemIsDark.value = matches))

export const choice = signal<Choice>(remembered())

/** Goes up with every change of colours: what draws on a canvas reads it and draws anew. */
export const themeVersion = signal(0)

effect(() => {
  const root = document.documentElement
  if (choice.value === 'auto') delete root.dataset['theme']
  else root.dataset['theme'] = choice.value
  systemIsDark.value
  themeVersion.value = themeVersion.peek() + 1
})

/** Sets the theme and remembers it. */
export function choose(next: Choice): void {
  choice.value = next
  try {
    localStorage.setItem(KEY, next)
  } catch {
    // Storage may be off: then the choice lasts as long as the page.
  }
}

function remembered(): Choice {
  try {
    const found = localStorage.getItem(KEY)
    return found === 'light' || found === 'dark' ? found : 'auto'
  } catch {
    return 'auto'
  }
}

let probe: HTMLElement | undefined

/** A colour of theme.css as the browser computes it: `colour('--accent')` gives `rgb(15, 118, 110)`. */
export function colour(name: string): string {
  if (probe === undefined) {
    probe = document.createElement('span')
    probe.hidden = true
    document.body.append(probe)
  }
  probe.style.color = `var(${name})`
  return getComputedStyle(probe).color
}
