/** What is known of the infinite lattice without a field [Onsager 1944; Yang 1952]. */

export const CRITICAL = 2 / Math.log(1 + Math.SQRT2)

/** |m| = (1 - sinh(2 / T)^-4)^(1/8) below the critical temperature, 0 above. */
export function exactMagnetisation(temperature: number): number {
  if (temperature >= CRITICAL) return 0
  return (1 - Math.sinh(2 / temperature) ** -4) ** (1 / 8)
}

/**
 * Energy of a site: -coth(2 K) (1 + (2 / pi) k' K1(k)), with K = 1 / T, the complementary modulus k' = 2 tanh(2 K)^2 - 1
 * (k = 2 sinh(2 K) / cosh(2 K)^2), and K1 the complete elliptic integral of the first kind.
 */
export function exactEnergy(temperature: number): number {
  const tanh = Math.tanh(2 / temperature)
  const complement = 2 * tanh ** 2 - 1
  // At the critical temperature K1 is infinite, and its factor 0 is the stronger.
  const rest = Math.abs(complement) < 1e-12 ? 0 : complement * elliptic(complement)
  return (-1 / tanh) * (1 + (2 / Math.PI) * rest)
}

/** K1 by the arithmetic-geometric mean of 1 and the complementary modulus. */
function elliptic(complement: number): number {
  let [a, b] = [1, Math.abs(complement)]
  while (Math.abs(a - b) > 1e-15 * a) [a, b] = [(a + b) / 2, Math.sqrt(a * b)]
  return Math.PI / (2 * a)
}
