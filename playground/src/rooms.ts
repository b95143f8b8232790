/** The list of rooms: what the navigation shows and the address names. */

import type { ComponentType } from 'preact'

export interface Room {
  /** Its place in the address: `#/ising`. */
  readonly id: string
  readonly title: string
  /** Loads the room's code, when it is first entered. */
  readonly load: () => Promise<{ readonly default: ComponentType }>
}

export const rooms: readonly Room[] = [
  { id: 'hopfield', title: 'Hopfield', load: () => import('./rooms/hopfield/index.tsx') },
  { id: 'ising', title: 'Ising lattice', load: () => import('./rooms/ising/index.tsx') },
  { id: 'rbm', title: 'RBM', load: () => import('./rooms/rbm/index.tsx') },
  { id: 'sampling', title: 'Sampling', load: () => import('./rooms/sampling/index.tsx') },
  { id: 'flows', title: 'Flows', load: () => import('./rooms/flows/index.tsx') },
]
