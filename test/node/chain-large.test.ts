// Chains of the size that is promised; in a page the copies of their matrices would take too long for a spec.

import { expect, it } from 'vitest'
import { analyzeChain } from '#gibbsite'

it('2000 states around a cycle, in compressed rows: period 2, a uniform law', async () => {
  const n = 2000
  const columns = Array.from({ length: n }, (_, i) => [(i + 1) % n, (i + n - 1) % n]).flat()
  const found = await analyzeChain({
    csr: {
      offsets: Array.from({ length: n + 1 }, (_, i) => 2 * i),
      columns,
      probabilities: columns.map((_, k) => (k % 2 === 0 ? 0.7 : 0.3)),
    },
  })
  expect(found.classes.map(({ recurrent, period }) => [recurrent, period])).toEqual([[true, 2]])
  for (const p of found.stationary[0]!) expect(Math.abs(p * n - 1)).toBeLessThan(1e-12)
  expect(found.balance.residual).toBeCloseTo(0.4 / n, 15)
})
