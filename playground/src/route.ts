/** Which room the address names. */

import { computed, signal } from '@preact/signals'
import { type Room, rooms } from './rooms.ts'

const hash = signal(location.hash)

addEventListener('hashchange', () => {
  // The link that skips the navigation: the browser has gone there, the address goes on naming the room.
  if (location.hash === '#content') history.replaceState(null, '', hash.peek() || location.pathname)
  else hash.value = location.hash
})

/** The room of the address, or the first where it names none. */
export const room = computed<Room>(() => rooms.find(({ id }) => hash.value === `#/${id}`) ?? rooms[0]!)
