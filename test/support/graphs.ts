/** Graphs like those of the G-set [Helmberg and Rendl 2000], made by a seed. */

import { uniforms } from './enumeration.ts'

export type Edge = [i: number, j: number, weight: number]

/** Each pair with probability `density`, weight 1 or, if signed, -1 and +1 (G1 to G5, G6 to G10: 800 units, 6 %). */
export function randomGraph(units: number, density: number, seed: number, signed = false): Edge[] {
  const next = uniforms(seed)
  const edges: Edge[] = []
  for (let i = 0; i < units; i++) {
    for (let j = i + 1; j < units; j++) if (next() < density) edges.push([i, j, signed && next() < 0.5 ? -1 : 1])
  }
  return edges
}

/** A torus with weights -1 and +1 (G11 to G13: 800 units). */
export function torus(rows: number, columns: number, seed: number): Edge[] {
  const next = uniforms(seed)
  const edges: Edge[] = []
  for (let site = 0; site < rows * columns; site++) {
    const [row, column] = [Math.floor(site / columns), site % columns]
    edges.push([site, row * columns + ((column + 1) % columns), next() < 0.5 ? -1 : 1])
    edges.push([site, ((row + 1) % rows) * columns + column, next() < 0.5 ? -1 : 1])
  }
  return edges
}
