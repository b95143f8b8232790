// W7x: the work of W7 with the densities written as expressions.
import { densities, logisticData, precision } from './densities.mjs'
import { workload } from './w7-metropolis.mjs'

const expressions = {
  a_gauss50({ dot, matvec, model, param }) {
    const x = param('x', { shape: 50 })
    return model({ parameters: [x], logDensity: dot(x, matvec(precision, x)).mul(-0.5) })
  },
  b_banana2({ data, model, param, square }) {
    const [x, y] = [param('x'), param('y')]
    const f = square(data(1).sub(x)).add(square(y.sub(square(x))).mul(100))
    return model({ parameters: [x, y], logDensity: f.div(-20) })
  },
  c_logreg1000x20({ dot, logPdf, matvec, model, param }) {
    const { X, y } = logisticData()
    const beta = param('beta', { shape: 20 })
    const likelihood = logPdf.bernoulliLogit(y, matvec({ data: X, shape: [1000, 20] }, beta))
    return model({ parameters: [beta], logDensity: [likelihood, dot(beta, beta).mul(-0.005)] })
  },
}

export default densities.map((density) => workload(`W7x.${density.id}`, density, expressions[density.id]))
