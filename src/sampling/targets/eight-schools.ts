/** The eight schools. */

import * as check from '../../check.ts'
import { coordinateNames } from '../../density/target.ts'
import { family, KernelTarget, LOG_TWO_PI, logarithms } from './kernel-target.ts'
import { exponentiate } from './linear-regression.ts'

export interface EightSchoolsOptions {
  /**
   * `false` (default): the sampler moves in eta_j with theta_j = mu + tau eta_j, which suits it. `true`: in theta_j itself,
   * which makes a funnel for small tau: a known hard case.
   */
  centred?: boolean | undefined
}

/** Estimated effects of coaching and their standard errors [Rubin 1981, table 1]. */
const EFFECTS = [28, 8, -3, 7, -1, 1, 18, 12] as const
const ERRORS = [15, 10, 16, 11, 9, 11, 10, 18] as const
const SCHOOLS = EFFECTS.length
const DIM = SCHOOLS + 2
/** The standard deviation of mu and the scale of tau. */
const SPREAD = 5

/**
 * The hierarchical model of eight parallel experiments [Rubin 1981; Gelman et al., Bayesian Data Analysis, 5.5], with the
 * priors of Stan's case studies: y_j ~ N(theta_j, sigma_j^2), theta_j ~ N(mu, tau^2), mu ~ N(0, 5^2),
 * tau ~ half-Cauchy(0, 5).
 *
 * The sampler moves in mu, log tau and theta or eta, the Jacobian included; draws are of `mu`, `tau`, `theta[0]` ...
 * `theta[7]` in both forms.
 *
 * @example
 * const target = eightSchoolsTarget({ centred: false })
 *
 * @throws ArgumentError on options that are not these
 */
export function eightSchoolsTarget(options?: EightSchoolsOptions): KernelTarget {
  const given = check.options('options', options, ['centred'])
  const centred = check.flag('centred', given.centred ?? false)
  return new KernelTarget({
    dim: DIM,
    names: ['mu', 'tau', ...coordinateNames(SCHOOLS, 'theta')],
    family: family.eightSchools,
    numbers: (backend) => {
      const logErrors = logarithms(backend, ERRORS).reduce((sum, log) => sum + log, 0)
      const [logSpread, logCauchy] = logarithms(backend, [SPREAD, 2 / (Math.PI * SPREAD)]) as unknown as [
        number,
        number,
      ]
      // Of y and of theta or eta, of mu, and of tau.
      const constant = -SCHOOLS * LOG_TWO_PI - logErrors - logSpread - LOG_TWO_PI / 2 + logCauchy
      const weights = ERRORS.map((error) => 1 / error ** 2)
      return [constant, centred ? 1 : 0, 1 / SPREAD ** 2, 1 / SPREAD, ...EFFECTS, ...weights]
    },
    constrain: (rows, out) => {
      exponentiate(rows, DIM, 1, out)
      if (!centred) toEffects(out)
    },
  })
}

/** theta_j = mu + tau eta_j in place, in rows of mu, tau, eta. */
function toEffects(rows: Float64Array): void {
  for (let at = 0; at < rows.length; at += DIM) {
    const [mu, tau] = [rows[at]!, rows[at + 1]!]
    for (let j = at + 2; j < at + DIM; j++) rows[j] = mu + tau * rows[j]!
  }
}
