// Written by scripts/emit-kernels.mjs from native/abi/table.cc (`npm run gen`). Do not edit.

import type { Span, Written } from './backend.ts'

/** The kernels. What each does, and the shapes it takes, is said at its declaration in native/kernels/. */
export interface Kernels {
  philoxBlocks(
    counter: Span<Uint32Array>,
    keyLow: number,
    keyHigh: number,
    words: Written<Uint32Array>,
  ): boolean
  randomWords(
    out: Written<Uint32Array>,
    keyLow: number,
    keyHigh: number,
    streamLow: number,
    streamHigh: number,
    start: number,
  ): void
  randomUniformF32(
    out: Written<Float32Array>,
    keyLow: number,
    keyHigh: number,
    streamLow: number,
    streamHigh: number,
    start: number,
    low: number,
    high: number,
  ): void
  randomUniformF64(
    out: Written<Float64Array>,
    keyLow: number,
    keyHigh: number,
    streamLow: number,
    streamHigh: number,
    start: number,
    low: number,
    high: number,
  ): void
  randomExponentialF32(
    out: Written<Float32Array>,
    keyLow: number,
    keyHigh: number,
    streamLow: number,
    streamHigh: number,
    start: number,
    scale: number,
  ): void
  randomExponentialF64(
    out: Written<Float64Array>,
    keyLow: number,
    keyHigh: number,
    streamLow: number,
    streamHigh: number,
    start: number,
    scale: number,
  ): void
  randomNormalF32(
    out: Written<Float32Array>,
    keyLow: number,
    keyHigh: number,
    streamLow: number,
    streamHigh: number,
    start: number,
    mean: number,
    sd: number,
  ): void
  randomNormalF64(
    out: Written<Float64Array>,
    keyLow: number,
    keyHigh: number,
    streamLow: number,
    streamHigh: number,
    start: number,
    mean: number,
    sd: number,
  ): void
  randomBernoulliU8(
    out: Written<Uint8Array>,
    keyLow: number,
    keyHigh: number,
    streamLow: number,
    streamHigh: number,
    start: number,
    p: Span<Float64Array>,
  ): void
  randomBernoulliF32(
    out: Written<Float32Array>,
    keyLow: number,
    keyHigh: number,
    streamLow: number,
    streamHigh: number,
    start: number,
    p: Span<Float64Array>,
  ): void
  randomBernoulliF64(
    out: Written<Float64Array>,
    keyLow: number,
    keyHigh: number,
    streamLow: number,
    streamHigh: number,
    start: number,
    p: Span<Float64Array>,
  ): void
  randomIntegersI32(
    out: Written<Int32Array>,
    keyLow: number,
    keyHigh: number,
    streamLow: number,
    streamHigh: number,
    start: number,
    low: number,
    range: number,
  ): void
  randomIntegersF32(
    out: Written<Float32Array>,
    keyLow: number,
    keyHigh: number,
    streamLow: number,
    streamHigh: number,
    start: number,
    low: number,
    range: number,
  ): void
  randomIntegersF64(
    out: Written<Float64Array>,
    keyLow: number,
    keyHigh: number,
    streamLow: number,
    streamHigh: number,
    start: number,
    low: number,
    range: number,
  ): void
  randomCategorical(
    out: Written<Int32Array>,
    keyLow: number,
    keyHigh: number,
    streamLow: number,
    streamHigh: number,
    start: number,
    keep: Span<Float64Array>,
    alias: Span<Uint32Array>,
  ): void
  randomPermutation(
    out: Written<Uint32Array>,
    keyLow: number,
    keyHigh: number,
    streamLow: number,
    streamHigh: number,
    start: number,
  ): void
  distributionSample(
    out: Written<Float64Array>,
    keyLow: number,
    keyHigh: number,
    streamLow: number,
    streamHigh: number,
    start: number,
    family: number,
    parameters: Span<Float64Array>,
  ): void
  distributionQuantile(
    family: number,
    parameters: Span<Float64Array>,
    upper: boolean,
    values: Written<Float64Array>,
  ): void
  distributionCdf(
    family: number,
    parameters: Span<Float64Array>,
    upper: boolean,
    values: Written<Float64Array>,
  ): void
  distributionLogPdf(
    family: number,
    parameters: Span<Float64Array>,
    values: Written<Float64Array>,
  ): void
  distributionTails(
    family: number,
    parameters: Span<Float64Array>,
    coordinates: Span<Float64Array>,
    lower: Written<Float64Array>,
    upper: Written<Float64Array>,
  ): void
  distributionCoordinates(
    family: number,
    parameters: Span<Float64Array>,
    upper: boolean,
    values: Written<Float64Array>,
  ): void
  distributionFromCoordinates(
    family: number,
    parameters: Span<Float64Array>,
    values: Written<Float64Array>,
  ): void
  logGammaOf(
    x: number,
  ): number
  multivariateNormalDraws(
    mean: Span<Float64Array>,
    factor: Span<Float64Array>,
    ofPrecision: boolean,
    rows: Written<Float64Array>,
  ): void
  multivariateNormalLogPdf(
    mean: Span<Float64Array>,
    factor: Span<Float64Array>,
    ofPrecision: boolean,
    rows: Span<Float64Array>,
    logPdf: Written<Float64Array>,
  ): void
  inverseTable(
    lower: Span<Float64Array>,
    upper: Span<Float64Array>,
    lowerGuide: Span<Int32Array>,
    upperGuide: Span<Int32Array>,
    coefficients: Span<Float64Array>,
    values: Written<Float64Array>,
  ): void
  stepTable(
    lower: Span<Float64Array>,
    upper: Span<Float64Array>,
    lowerGuide: Span<Int32Array>,
    upperGuide: Span<Int32Array>,
    first: number,
    values: Written<Float64Array>,
  ): void
  bitsThreshold(
    values: Span<Float32Array>,
    columns: number,
    threshold: number,
    bits: Written<Uint32Array>,
  ): void
  bitsBernoulli(
    values: Span<Float32Array>,
    columns: number,
    keyLow: number,
    keyHigh: number,
    draw: number,
    firstRow: number,
    bits: Written<Uint32Array>,
  ): void
  bitsUnpack(
    bits: Span<Uint32Array>,
    columns: number,
    values: Written<Uint8Array>,
  ): void
  bitsGather(
    from: Span<Uint32Array>,
    columns: number,
    order: Span<Uint32Array>,
    to: Written<Uint32Array>,
  ): void
  rbmGibbs(
    weights: Span<Float32Array>,
    visibleBias: Span<Float32Array>,
    hiddenBias: Span<Float32Array>,
    beta: Span<Float32Array>,
    clampMask: Span<Uint32Array>,
    keyLow: number,
    keyHigh: number,
    firstChain: number,
    firstSweep: number,
    sweeps: number,
    visible: Written<Uint32Array>,
    hidden: Written<Uint32Array>,
    visibleSum: Written<Float32Array>,
  ): void
  rbmGibbsStreams(
    weights: Span<Float32Array>,
    visibleBias: Span<Float32Array>,
    hiddenBias: Span<Float32Array>,
    beta: Span<Float32Array>,
    clampMask: Span<Uint32Array>,
    streams: Span<Uint32Array>,
    firstSweep: number,
    sweeps: number,
    visible: Written<Uint32Array>,
    hidden: Written<Uint32Array>,
    visibleSum: Written<Float32Array>,
  ): void
  rbmConditional(
    weights: Span<Float32Array>,
    bias: Span<Float32Array>,
    values: Span<Float32Array>,
    transposed: boolean,
    probabilities: Written<Float32Array>,
  ): void
  rbmFreeEnergy(
    weights: Span<Float32Array>,
    visibleBias: Span<Float32Array>,
    hiddenBias: Span<Float32Array>,
    values: Span<Float32Array>,
    freeEnergy: Written<Float64Array>,
  ): void
  rbmEnergy(
    weights: Span<Float32Array>,
    visibleBias: Span<Float32Array>,
    hiddenBias: Span<Float32Array>,
    visible: Span<Float32Array>,
    hidden: Span<Float32Array>,
    energy: Written<Float64Array>,
  ): void
  rbmPseudoLikelihood(
    weights: Span<Float32Array>,
    visibleBias: Span<Float32Array>,
    hiddenBias: Span<Float32Array>,
    visible: Span<Uint32Array>,
    flips: number,
    keyLow: number,
    keyHigh: number,
    firstRow: number,
    pseudoLikelihood: Written<Float64Array>,
  ): void
  rbmEnumerate(
    weights: Span<Float32Array>,
    visibleBias: Span<Float32Array>,
    hiddenBias: Span<Float32Array>,
    overHidden: boolean,
    first: number,
    count: number,
  ): number
  rbmAnneal(
    weights: Span<Float32Array>,
    visibleBias: Span<Float32Array>,
    hiddenBias: Span<Float32Array>,
    baseBias: Span<Float32Array>,
    betas: Span<Float64Array>,
    reverse: boolean,
    keyLow: number,
    keyHigh: number,
    firstChain: number,
    firstStep: number,
    visible: Written<Uint32Array>,
    logWeights: Written<Float64Array>,
  ): void
  dataSurvey(
    values: Span<Float32Array>,
    columns: number,
    firstRow: number,
    sums: Written<Float64Array>,
    hash: Written<Uint32Array>,
  ): number
  logSumExp(
    values: Span<Float64Array>,
  ): number
  logWeightSummary(
    logWeights: Span<Float64Array>,
    summary: Written<Float64Array>,
  ): void
  exponentials(
    values: Span<Float64Array>,
    shift: number,
    result: Written<Float64Array>,
  ): void
  logarithms(
    values: Span<Float64Array>,
    result: Written<Float64Array>,
  ): void
  logits(
    probabilities: Span<Float64Array>,
    logits: Written<Float32Array>,
  ): void
  rbmTrain(
    data: Span<Uint32Array>,
    batch: number,
    rates: Span<Float32Array>,
    momentum: number,
    weightDecay: number,
    sweeps: number,
    sampled: boolean,
    sparsityTarget: number,
    sparsityCost: number,
    offsetRate: number,
    betas: Span<Float32Array>,
    keyLow: number,
    keyHigh: number,
    firstStep: number,
    weights: Written<Float32Array>,
    visibleBias: Written<Float32Array>,
    hiddenBias: Written<Float32Array>,
    weightVelocity: Written<Float32Array>,
    visibleVelocity: Written<Float32Array>,
    hiddenVelocity: Written<Float32Array>,
    visibleOffset: Written<Float32Array>,
    hiddenOffset: Written<Float32Array>,
    chains: Written<Uint32Array>,
    fantasies: Written<Uint32Array>,
  ): number
  hopfieldEncoding(
    values: Span<Float32Array>,
  ): number
  hopfieldUnpack(
    bits: Span<Uint32Array>,
    columns: number,
    off: number,
    values: Written<Uint8Array>,
  ): void
  couplingsScale(
    weights: Span<Float32Array>,
    bias: Span<Float32Array>,
    scale: Written<Float64Array>,
  ): void
  couplingsScaleSparse(
    offsets: Span<Uint32Array>,
    weights: Span<Float32Array>,
    bias: Span<Float32Array>,
    scale: Written<Float64Array>,
  ): void
  couplingsToIntegers(
    values: Span<Float32Array>,
    unit: number,
    integers: Written<Int32Array>,
  ): void
  couplingsQuantise(
    weights: Span<Float32Array>,
    bias: Span<Float32Array>,
    unit: number,
    binary: boolean,
    narrow: boolean,
    table: Written<Int32Array>,
    offsets: Written<Int32Array>,
  ): void
  couplingsFields(
    units: number,
    binary: boolean,
    narrow: boolean,
    unit: number,
    table: Span<Int32Array>,
    offsets: Span<Int32Array>,
    states: Span<Uint32Array>,
    fields: Written<Float32Array>,
    energies: Written<Float64Array>,
  ): void
  boltzmannGibbs(
    units: number,
    binary: boolean,
    narrow: boolean,
    unit: number,
    table: Span<Int32Array>,
    offsets: Span<Int32Array>,
    scan: number,
    metropolis: boolean,
    temperatures: Span<Float64Array>,
    clampMask: Span<Uint32Array>,
    keyLow: number,
    keyHigh: number,
    orderLow: number,
    orderHigh: number,
    firstChain: number,
    firstSweep: number,
    states: Written<Uint32Array>,
    onCounts: Written<Uint32Array>,
    energies: Written<Float64Array>,
  ): void
  boltzmannUpdateProbabilities(
    units: number,
    binary: boolean,
    narrow: boolean,
    unit: number,
    table: Span<Int32Array>,
    offsets: Span<Int32Array>,
    metropolis: boolean,
    temperature: number,
    flips: Written<Float64Array>,
  ): void
  boltzmannTrain(
    data: Span<Uint32Array>,
    visible: number,
    binary: boolean,
    temperature: number,
    batch: number,
    rates: Span<Float32Array>,
    momentum: number,
    weightDecay: number,
    sweeps: number,
    dataSweeps: number,
    dataKeyLow: number,
    dataKeyHigh: number,
    chainKeyLow: number,
    chainKeyHigh: number,
    firstStep: number,
    weights: Written<Float32Array>,
    bias: Written<Float32Array>,
    weightVelocity: Written<Float32Array>,
    biasVelocity: Written<Float32Array>,
    chains: Written<Uint32Array>,
  ): number
  boltzmannEnumerate(
    couplings: Span<Float64Array>,
    bias: Span<Float64Array>,
    binary: boolean,
    beta: number,
    firstBlock: number,
    logSums: Written<Float64Array>,
  ): void
  boltzmannMoments(
    couplings: Span<Float64Array>,
    bias: Span<Float64Array>,
    binary: boolean,
    beta: number,
    logZ: number,
    firstGroup: number,
    bothOn: Written<Float64Array>,
  ): void
  boltzmannProbabilities(
    couplings: Span<Float64Array>,
    bias: Span<Float64Array>,
    binary: boolean,
    beta: number,
    logZ: number,
    probabilities: Written<Float64Array>,
  ): void
  boltzmannPick(
    couplings: Span<Float64Array>,
    bias: Span<Float64Array>,
    binary: boolean,
    beta: number,
    blocks: Span<Uint32Array>,
    uniforms: Span<Float64Array>,
    states: Written<Uint32Array>,
  ): void
  boltzmannPseudoLikelihood(
    fields: Span<Float32Array>,
    states: Span<Uint32Array>,
    units: number,
    sharpness: number,
    logLikelihood: Written<Float64Array>,
  ): void
  boltzmannSparseGibbs(
    offsets: Span<Uint32Array>,
    columns: Span<Uint32Array>,
    weights: Span<Int32Array>,
    bias: Span<Int32Array>,
    binary: boolean,
    unit: number,
    order: Span<Uint32Array>,
    scan: number,
    metropolis: boolean,
    temperatures: Span<Float64Array>,
    clampMask: Span<Uint32Array>,
    keyLow: number,
    keyHigh: number,
    orderLow: number,
    orderHigh: number,
    firstChain: number,
    firstSweep: number,
    states: Written<Uint32Array>,
    onCounts: Written<Uint32Array>,
    energies: Written<Float64Array>,
  ): void
  boltzmannSparseFields(
    offsets: Span<Uint32Array>,
    columns: Span<Uint32Array>,
    weights: Span<Int32Array>,
    bias: Span<Int32Array>,
    binary: boolean,
    unit: number,
    states: Span<Uint32Array>,
    fields: Written<Float32Array>,
    energies: Written<Float64Array>,
  ): void
  ising2dSweep(
    rows: number,
    columns: number,
    strips: number,
    field: number,
    sharedRandom: boolean,
    temperatures: Span<Float64Array>,
    order: Span<Uint32Array>,
    colours: Span<Uint32Array>,
    keyLow: number,
    keyHigh: number,
    firstSweep: number,
    words: Written<Uint32Array>,
  ): void
  ising2dSums(
    rows: number,
    columns: number,
    strips: number,
    checkerboard: boolean,
    words: Span<Uint32Array>,
    sums: Written<Float64Array>,
  ): void
  ising2dUnpack(
    rows: number,
    columns: number,
    strips: number,
    checkerboard: boolean,
    down: number,
    words: Span<Uint32Array>,
    spins: Written<Uint8Array>,
  ): void
  ising2dPack(
    rows: number,
    columns: number,
    strips: number,
    checkerboard: boolean,
    spins: Span<Uint8Array>,
    words: Written<Uint32Array>,
  ): void
  densityEvaluate(
    dim: number,
    family: number,
    numbers: Span<Float64Array>,
    program: Span<Int32Array>,
    points: Span<Float64Array>,
    logDensity: Written<Float64Array>,
    gradient: Written<Float64Array>,
  ): void
  transitionMatrix(
    flips: Span<Float64Array>,
    units: number,
    order: Span<Uint32Array>,
    scan: number,
    firstRow: number,
    matrix: Written<Float64Array>,
  ): void
  markovNormalise(
    matrix: Written<Float64Array>,
    states: number,
    tolerance: number,
  ): number
  markovStructure(
    matrix: Span<Float64Array>,
    classOf: Written<Uint32Array>,
    closed: Written<Uint8Array>,
    periods: Written<Uint32Array>,
  ): number
  markovBlock(
    matrix: Span<Float64Array>,
    states: Span<Uint32Array>,
    columnOf: Span<Int32Array>,
    width: number,
    out: Written<Float64Array>,
  ): void
  markovEliminate(
    work: Written<Float64Array>,
    absorbing: number,
    first: number,
    count: number,
    pivots: Written<Float64Array>,
  ): boolean
  markovStationary(
    work: Span<Float64Array>,
    law: Written<Float64Array>,
  ): void
  markovAbsorption(
    work: Span<Float64Array>,
    absorbing: number,
    pivots: Span<Float64Array>,
    first: number,
    count: number,
    absorption: Written<Float64Array>,
  ): void
  markovBalance(
    matrix: Span<Float64Array>,
    law: Span<Float64Array>,
    findings: Written<Float64Array>,
  ): void
  markovSymmetric(
    matrix: Span<Float64Array>,
    n: number,
    symmetric: Written<Float64Array>,
  ): void
  matrixPack(
    matrix: Span<Float64Array>,
    n: number,
    packed: Written<Float64Array>,
  ): void
  matrixProduct(
    left: Span<Float64Array>,
    packed: Span<Float64Array>,
    n: number,
    first: number,
    count: number,
    product: Written<Float64Array>,
  ): void
  markovDistance(
    matrix: Span<Float64Array>,
    law: Span<Float64Array>,
  ): number
  markovDeflate(
    law: Span<Float64Array>,
    matrix: Written<Float64Array>,
  ): void
  matrixRescale(
    n: number,
    matrix: Written<Float64Array>,
  ): number
  matrixFactor(
    matrix: Span<Float64Array>,
    square: Span<Float64Array>,
    n: number,
  ): number
  matrixPair(
    matrix: Span<Float64Array>,
    square: Span<Float64Array>,
    exponent: number,
    fourth: Span<Float64Array>,
    n: number,
  ): number
  matrixRoot(
    value: number,
    halvings: number,
    exponent: number,
  ): number
  symmetricTridiagonal(
    matrix: Written<Float64Array>,
    first: number,
    count: number,
    reflector: Written<Float64Array>,
    image: Written<Float64Array>,
    diagonal: Written<Float64Array>,
    beside: Written<Float64Array>,
  ): void
  tridiagonalEigenvalues(
    diagonal: Written<Float64Array>,
    beside: Written<Float64Array>,
    norm: number,
    first: number,
    count: number,
  ): boolean
  hessenberg(
    matrix: Written<Float64Array>,
    n: number,
    first: number,
    count: number,
  ): void
  hessenbergEigenvalues(
    matrix: Written<Float64Array>,
    steps: number,
    state: Written<Int32Array>,
    real: Written<Float64Array>,
    imaginary: Written<Float64Array>,
  ): number
  gaussianGibbs(
    mean: Span<Float64Array>,
    ratios: Span<Float64Array>,
    sd: Span<Float64Array>,
    logScale: number,
    randomScan: boolean,
    keyLow: number,
    keyHigh: number,
    firstChain: number,
    firstIteration: number,
    iterations: number,
    deviations: Written<Float64Array>,
    thin: number,
    rows: number,
    firstRow: number,
    draws: Written<Float64Array>,
    logDensities: Written<Float64Array>,
  ): void
  metropolisRun(
    dim: number,
    family: number,
    numbers: Span<Float64Array>,
    program: Span<Int32Array>,
    proposal: number,
    inverseTemperatures: Span<Float64Array>,
    keyLow: number,
    keyHigh: number,
    firstChain: number,
    firstIteration: number,
    iterations: number,
    positions: Written<Float64Array>,
    logDensity: Written<Float64Array>,
    gradient: Written<Float64Array>,
    step: Written<Float64Array>,
    scale: Span<Float64Array>,
    swaps: Written<Float64Array>,
    target: number,
    adapted: number,
    gathered: number,
    base: Written<Float64Array>,
    offset: Written<Float64Array>,
    average: Written<Float64Array>,
    mean: Written<Float64Array>,
    spread: Written<Float64Array>,
    thin: number,
    rows: number,
    firstRow: number,
    draws: Written<Float64Array>,
    logDensities: Written<Float64Array>,
    acceptance: Written<Float64Array>,
    failure: Written<Float64Array>,
  ): number
  metropolisPropose(
    dim: number,
    proposal: number,
    flipSum: number,
    inverseTemperatures: Span<Float64Array>,
    keyLow: number,
    keyHigh: number,
    firstChain: number,
    iteration: number,
    positions: Span<Float64Array>,
    gradient: Span<Float64Array>,
    step: Span<Float64Array>,
    scale: Span<Float64Array>,
    proposals: Written<Float64Array>,
  ): void
  metropolisAccept(
    dim: number,
    proposal: number,
    inverseTemperatures: Span<Float64Array>,
    keyLow: number,
    keyHigh: number,
    firstChain: number,
    iteration: number,
    proposals: Span<Float64Array>,
    proposedLogDensity: Span<Float64Array>,
    proposedGradient: Span<Float64Array>,
    logRatio: Span<Float64Array>,
    positions: Written<Float64Array>,
    logDensity: Written<Float64Array>,
    gradient: Written<Float64Array>,
    step: Written<Float64Array>,
    scale: Span<Float64Array>,
    swaps: Written<Float64Array>,
    target: number,
    adapted: number,
    gathered: number,
    base: Written<Float64Array>,
    offset: Written<Float64Array>,
    average: Written<Float64Array>,
    mean: Written<Float64Array>,
    spread: Written<Float64Array>,
    accepted: Written<Float64Array>,
  ): void
  metropolisLearn(
    dim: number,
    gathered: number,
    ideal: number,
    step: Written<Float64Array>,
    scale: Written<Float64Array>,
    base: Written<Float64Array>,
    offset: Written<Float64Array>,
    average: Written<Float64Array>,
    mean: Written<Float64Array>,
    spread: Written<Float64Array>,
  ): void
  metropolisSettle(
    base: Span<Float64Array>,
    average: Span<Float64Array>,
    step: Written<Float64Array>,
  ): void
  expressionValues(
    dim: number,
    numbers: Span<Float64Array>,
    tape: Span<Int32Array>,
    points: Span<Float64Array>,
    out: Written<Float64Array>,
  ): void
  hopfieldRecall(
    units: number,
    narrow: boolean,
    unit: number,
    table: Span<Int32Array>,
    offsets: Span<Int32Array>,
    order: number,
    keyLow: number,
    keyHigh: number,
    probes: Span<Uint32Array>,
    firstSweep: number,
    sweeps: number,
    mostFlips: number,
    states: Written<Uint32Array>,
    previous: Written<Uint32Array>,
    counts: Written<Uint32Array>,
    energies: Written<Float64Array>,
    trace: Written<Float64Array>,
  ): void
  hopfieldRecallStreams(
    units: number,
    narrow: boolean,
    unit: number,
    table: Span<Int32Array>,
    offsets: Span<Int32Array>,
    order: number,
    streams: Span<Uint32Array>,
    firstSweep: number,
    sweeps: number,
    mostFlips: number,
    states: Written<Uint32Array>,
    previous: Written<Uint32Array>,
    counts: Written<Uint32Array>,
    energies: Written<Float64Array>,
    trace: Written<Float64Array>,
  ): void
  hopfieldCorrelate(
    units: number,
    add: Span<Uint32Array>,
    subtract: Span<Uint32Array>,
    gain: number,
    weights: Written<Float32Array>,
    bias: Written<Float32Array>,
  ): void
  hopfieldStorkey(
    units: number,
    patterns: Span<Uint32Array>,
    weights: Written<Float64Array>,
  ): void
  hopfieldGram(
    units: number,
    patterns: Span<Uint32Array>,
    ridge: number,
    gram: Written<Float64Array>,
  ): void
  hopfieldCholesky(
    matrix: Written<Float64Array>,
    rows: number,
    first: number,
    count: number,
    tolerance: number,
  ): number
  hopfieldWhiten(
    units: number,
    patterns: Span<Uint32Array>,
    lower: Span<Float64Array>,
    first: number,
    count: number,
    block: Written<Float64Array>,
  ): void
  hopfieldProject(
    basis: Span<Float64Array>,
    units: number,
    first: number,
    count: number,
    weights: Written<Float32Array>,
  ): void
  hopfieldRetrieve(
    patterns: Span<Float32Array>,
    units: number,
    beta: number,
    steps: number,
    queries: Written<Float32Array>,
    weights: Written<Float32Array>,
    energies: Written<Float64Array>,
  ): void
  columnSquares(
    values: Span<Float32Array>,
    means: Span<Float64Array>,
    sums: Written<Float64Array>,
  ): void
  rowsToUnits(
    values: Span<Float32Array>,
    offset: Span<Float32Array>,
    scale: Span<Float32Array>,
    limit: number,
    out: Written<Float32Array>,
  ): number
  rowsFromUnits(
    values: Span<Float32Array>,
    offset: Span<Float32Array>,
    scale: Span<Float32Array>,
    out: Written<Float32Array>,
  ): void
  gaussianRbmGibbs(
    weights: Span<Float32Array>,
    visibleBias: Span<Float32Array>,
    hiddenBias: Span<Float32Array>,
    sigma: Span<Float32Array>,
    clampMask: Span<Uint32Array>,
    keyLow: number,
    keyHigh: number,
    firstChain: number,
    firstSweep: number,
    sweeps: number,
    visible: Written<Float32Array>,
    hidden: Written<Uint32Array>,
    visibleSum: Written<Float32Array>,
  ): void
  gaussianRbmGibbsStreams(
    weights: Span<Float32Array>,
    visibleBias: Span<Float32Array>,
    hiddenBias: Span<Float32Array>,
    sigma: Span<Float32Array>,
    clampMask: Span<Uint32Array>,
    streams: Span<Uint32Array>,
    firstSweep: number,
    sweeps: number,
    visible: Written<Float32Array>,
    hidden: Written<Uint32Array>,
    visibleSum: Written<Float32Array>,
  ): void
  gaussianRbmHidden(
    weights: Span<Float32Array>,
    hiddenBias: Span<Float32Array>,
    sigma: Span<Float32Array>,
    values: Span<Float32Array>,
    probabilities: Written<Float32Array>,
  ): void
  gaussianRbmMeans(
    weights: Span<Float32Array>,
    visibleBias: Span<Float32Array>,
    hidden: Span<Float32Array>,
    means: Written<Float32Array>,
  ): void
  gaussianRbmFreeEnergy(
    weights: Span<Float32Array>,
    visibleBias: Span<Float32Array>,
    hiddenBias: Span<Float32Array>,
    sigma: Span<Float32Array>,
    values: Span<Float32Array>,
    freeEnergy: Written<Float64Array>,
  ): void
  gaussianRbmEnergy(
    weights: Span<Float32Array>,
    visibleBias: Span<Float32Array>,
    hiddenBias: Span<Float32Array>,
    sigma: Span<Float32Array>,
    visible: Span<Float32Array>,
    hidden: Span<Float32Array>,
    energy: Written<Float64Array>,
  ): void
  gaussianRbmMarginal(
    weights: Span<Float32Array>,
    visibleBias: Span<Float32Array>,
    hiddenBias: Span<Float32Array>,
    sigma: Span<Float32Array>,
    scale: Span<Float32Array>,
    linear: Written<Float64Array>,
    couplings: Written<Float64Array>,
  ): number
  gaussianRbmEnumerate(
    linear: Span<Float64Array>,
    couplings: Span<Float64Array>,
    first: number,
    count: number,
  ): number
  gaussianRbmTrain(
    values: Span<Float32Array>,
    batch: number,
    rates: Span<Float32Array>,
    momentum: number,
    weightDecay: number,
    sigmaRate: number,
    lowestSigma: number,
    highestSigma: number,
    sweeps: number,
    offsetRate: number,
    keyLow: number,
    keyHigh: number,
    firstStep: number,
    weights: Written<Float32Array>,
    visibleBias: Written<Float32Array>,
    hiddenBias: Written<Float32Array>,
    sigma: Written<Float32Array>,
    weightVelocity: Written<Float32Array>,
    visibleVelocity: Written<Float32Array>,
    hiddenVelocity: Written<Float32Array>,
    sigmaVelocity: Written<Float32Array>,
    hiddenOffset: Written<Float32Array>,
    chains: Written<Uint32Array>,
  ): number
  chainSummary(
    values: Span<Float64Array>,
    chains: number,
    draws: number,
    hdi: number,
    summary: Written<Float64Array>,
  ): void
  chainQuantiles(
    values: Span<Float64Array>,
    chains: number,
    draws: number,
    probabilities: Span<Float64Array>,
    quantiles: Written<Float64Array>,
  ): void
  paretoSmooth(
    logWeights: Span<Float64Array>,
    smoothed: Written<Float64Array>,
  ): number
  importanceEstimate(
    logWeights: Span<Float64Array>,
    values: Span<Float64Array>,
    selfNormalised: boolean,
    estimate: Written<Float64Array>,
  ): void
  nutsRun(
    dim: number,
    family: number,
    numbers: Span<Float64Array>,
    program: Span<Int32Array>,
    settings: Span<Float64Array>,
    windows: Span<Int32Array>,
    keyLow: number,
    keyHigh: number,
    state: Written<Float64Array>,
    points: Written<Float64Array>,
    draws: Written<Float64Array>,
  ): void
  nutsWork(
    dim: number,
    maxDepth: number,
    chains: number,
  ): number
  nutsBegin(
    dim: number,
    settings: Span<Float64Array>,
    windows: Span<Int32Array>,
    keyLow: number,
    keyHigh: number,
    state: Span<Float64Array>,
    work: Written<Float64Array>,
    points: Written<Float64Array>,
    pending: Written<Uint8Array>,
  ): void
  nutsAdvance(
    dim: number,
    settings: Span<Float64Array>,
    windows: Span<Int32Array>,
    keyLow: number,
    keyHigh: number,
    logDensity: Span<Float64Array>,
    gradient: Span<Float64Array>,
    work: Written<Float64Array>,
    points: Written<Float64Array>,
    pending: Written<Uint8Array>,
    draws: Written<Float64Array>,
  ): void
  nutsEnd(
    dim: number,
    settings: Span<Float64Array>,
    work: Span<Float64Array>,
    state: Written<Float64Array>,
  ): void
  flowPreparedSize(
    program: Span<Int32Array>,
  ): number
  flowPrepare(
    program: Span<Int32Array>,
    parameters: Span<Float32Array>,
    prepared: Written<Float32Array>,
  ): void
  flowForward(
    program: Span<Int32Array>,
    parameters: Span<Float32Array>,
    prepared: Span<Float32Array>,
    x: Span<Float32Array>,
    context: Span<Float32Array>,
    z: Written<Float32Array>,
    logDet: Written<Float64Array>,
    logProb: Written<Float64Array>,
  ): boolean
  flowInverse(
    program: Span<Int32Array>,
    parameters: Span<Float32Array>,
    prepared: Span<Float32Array>,
    z: Span<Float32Array>,
    context: Span<Float32Array>,
    x: Written<Float32Array>,
    logDet: Written<Float64Array>,
    logProb: Written<Float64Array>,
  ): boolean
  flowGradient(
    program: Span<Int32Array>,
    parameters: Span<Float32Array>,
    x: Span<Float32Array>,
    context: Span<Float32Array>,
    weight: number,
    store: boolean,
    logProb: Written<Float64Array>,
    parameterGradient: Written<Float32Array>,
    xGradient: Written<Float32Array>,
  ): void
  flowTapeSize(
    program: Span<Int32Array>,
    rows: number,
  ): number
  flowInverseGradient(
    program: Span<Int32Array>,
    parameters: Span<Float32Array>,
    z: Span<Float32Array>,
    context: Span<Float32Array>,
    xCotangent: Span<Float32Array>,
    logDetCotangent: number,
    store: boolean,
    parameterGradient: Written<Float32Array>,
    zGradient: Written<Float32Array>,
  ): void
  flowLocate(
    program: Span<Int32Array>,
    parameters: Span<Float32Array>,
    rows: Span<Float32Array>,
    context: Span<Float32Array>,
    inverse: boolean,
  ): number
  flowIllConditioned(
    program: Span<Int32Array>,
    parameters: Span<Float32Array>,
  ): number
  flowInitialize(
    program: Span<Int32Array>,
    parameters: Written<Float32Array>,
    x: Span<Float32Array>,
    context: Span<Float32Array>,
  ): void
  flowDequantize(
    x: Span<Float32Array>,
    levels: number,
    keyLow: number,
    keyHigh: number,
    number: number,
    first: number,
    out: Written<Float32Array>,
  ): void
  flowTrain(
    program: Span<Int32Array>,
    x: Span<Float32Array>,
    context: Span<Float32Array>,
    batch: number,
    rates: Span<Float32Array>,
    levels: number,
    keyLow: number,
    keyHigh: number,
    firstStep: number,
    clip: number,
    weightDecay: number,
    decayed: Span<Uint32Array>,
    store: boolean,
    parameters: Span<Float32Array>,
    firstMoment: Written<Float32Array>,
    secondMoment: Written<Float32Array>,
    updated: Written<Float32Array>,
    before: Written<Float32Array>,
    logProb: Written<Float64Array>,
    failure: Written<Int32Array>,
  ): number
  adamStep(
    gradient: Span<Float32Array>,
    rate: number,
    clip: number,
    weightDecay: number,
    decayed: Span<Uint32Array>,
    step: number,
    parameters: Span<Float32Array>,
    firstMoment: Written<Float32Array>,
    secondMoment: Written<Float32Array>,
    updated: Written<Float32Array>,
  ): number
}
