/** The public names. */

export type {
  Backend,
  BackendArray,
  BackendInfo,
  LoadOptions,
  Simd,
  Span,
  TypedArray,
  TypedArrayConstructor,
  WasmSource,
  Written,
} from './backend/backend.ts'
export { backend, current, load, ready, setThreads } from './backend/index.ts'
export type { Kernels } from './backend/kernels.gen.ts'
export { inPieces, type PieceOptions } from './backend/pieces.ts'
export type { EvaluableTarget, ScriptTarget, Target } from './density/target.ts'
export { type AnnealOptions, type AnnealResult, anneal } from './energy/anneal.ts'
export { isingProblem, maxCutProblem, type Problem, problemFrom, quboProblem } from './energy/anneal-problem.ts'
export { BoltzmannMachine, type BoltzmannOptions } from './energy/boltzmann.ts'
export type { Scan } from './energy/boltzmann-couplings.ts'
export type { ExactLaw, ExactOptions } from './energy/boltzmann-exact.ts'
export type { BoltzmannFitResult } from './energy/boltzmann-fit.ts'
export type { BoltzmannGradient } from './energy/boltzmann-likelihood.ts'
export type {
  BoltzmannFitOptions,
  BoltzmannFitProgress,
  BoltzmannSettings,
  BoltzmannTrainingOptions,
} from './energy/boltzmann-options.ts'
export type { BoltzmannRetrieveOptions, BoltzmannRetrieveResult } from './energy/boltzmann-retrieve.ts'
export type { BoltzmannSampleOptions, BoltzmannSampleResult, BoltzmannSnapshot } from './energy/boltzmann-sample.ts'
export type { Cooling, Temperatures } from './energy/boltzmann-schedule.ts'
export type { BoltzmannClamp } from './energy/boltzmann-start.ts'
export type { BoltzmannTrainingPosition } from './energy/boltzmann-training-state.ts'
export {
  GaussianRBM,
  type GaussianRbmOptions,
  type GaussianRbmParameters,
  type GaussianRbmParametersLike,
  type GaussianTrainingPosition,
} from './energy/gaussian-rbm.ts'
export type { GaussianCompleteResult } from './energy/gaussian-rbm-complete.ts'
export type { GaussianFitResult } from './energy/gaussian-rbm-fit.ts'
export type { GaussianLikelihood, GaussianLikelihoodOptions } from './energy/gaussian-rbm-likelihood.ts'
export type {
  GaussianFitOptions,
  GaussianFitProgress,
  GaussianSettings as GaussianTrainingSettings,
  GaussianTrainingOptions,
} from './energy/gaussian-rbm-options.ts'
export type { GaussianSampleOptions, GaussianSampleResult } from './energy/gaussian-rbm-sample.ts'
export type { GraphLike } from './energy/graph.ts'
export { Hopfield, type HopfieldOptions } from './energy/hopfield.ts'
export type { ContrastiveOptions } from './energy/hopfield-contrastive.ts'
export type { StoreResult } from './energy/hopfield-hebbian.ts'
export type { PseudoInverseOptions } from './energy/hopfield-projection.ts'
export type { RecallOptions, RecallOrder, RecallResult } from './energy/hopfield-recall.ts'
export type { HopfieldReport, ReportOptions } from './energy/hopfield-report.ts'
export type { RetrieveOptions, RetrieveResult } from './energy/hopfield-retrieve.ts'
export type { Encoding, StateMatrix } from './energy/hopfield-states.ts'
export type {
  HebbianOptions,
  StoreOptions,
  StorkeyOptions,
  UnlearningOptions,
} from './energy/hopfield-store.ts'
export type { UnlearnOptions } from './energy/hopfield-unlearning.ts'
export {
  type Ising2d,
  type Ising2dOptions,
  ising2d,
  type Measurements,
  type MeasureOptions,
  type SweepOptions,
} from './energy/ising2d.ts'
export {
  RBM,
  type RbmOptions,
  type RbmParameters,
  type RbmParametersLike,
  type TrainingPosition,
} from './energy/rbm.ts'
export type { CompleteOptions, CompleteResult, Known } from './energy/rbm-complete.ts'
export type { FitResult } from './energy/rbm-fit.ts'
export type { Likelihood, LikelihoodOptions, RaiseEstimate } from './energy/rbm-likelihood.ts'
export type {
  FitOptions,
  FitProgress,
  LearningRate,
  Settings as TrainingSettings,
  Sparsity,
  TrainingOptions,
} from './energy/rbm-options.ts'
export type { AnnealedEstimate, Partition, PartitionOptions } from './energy/rbm-partition.ts'
export type { PseudoLikelihoodOptions } from './energy/rbm-rows.ts'
export type { Clamp, SampleOptions, SampleResult, Snapshot } from './energy/rbm-sample.ts'
export { type TransitionMatrix, type TransitionOptions, transitionMatrix } from './energy/transition-matrix.ts'
export {
  AbortError,
  ArgumentError,
  BackendError,
  DensityError,
  DependentPatternsError,
  DivergenceError,
  ExpressionError,
  FileError,
  FormatError,
  GibbsiteError,
  IllConditionedError,
  NotPositiveDefiniteError,
} from './errors.ts'
export type { BitsPerDim, BitsPerDimOptions } from './flow/bits-per-dim.ts'
export {
  type Activation,
  type Conditioner,
  type ConvNetOptions,
  convNet,
  type MlpOptions,
  mlp,
  type ResidualNetOptions,
  residualNet,
} from './flow/conditioner.ts'
export type { DensityFitResult } from './flow/density-fit.ts'
export type { DensityFitOptions, DensityFitProgress } from './flow/density-fit-options.ts'
export type { FlowFitResult } from './flow/fit.ts'
export type {
  FlowFitOptions,
  FlowFitProgress,
  FlowLearningRate,
  FlowSettings,
  FlowTrainingOptions,
} from './flow/fit-options.ts'
export { Flow, type FlowOptions, type FlowTensor } from './flow/flow.ts'
export type { FlowCheck, FlowCheckOptions, LayerCheck } from './flow/flow-check.ts'
export type { GivenFlow } from './flow/given.ts'
export { type GlowOptions, glow } from './flow/glow.ts'
export type { InpaintOptions, InpaintResult } from './flow/inpaint.ts'
export type { InterpolateOptions } from './flow/interpolate.ts'
export { Inverse } from './flow/inverse.ts'
export type { KnownNumbers } from './flow/known.ts'
export type { FlowShape, Layer, LayerTensor } from './flow/layer.ts'
export { Actnorm } from './flow/layers/actnorm.ts'
export { Coupling, type CouplingOptions } from './flow/layers/coupling.ts'
export { Linear, type LinearOptions } from './flow/layers/linear.ts'
export { Logit, type LogitOptions } from './flow/layers/logit.ts'
export { Permutation, type PermutationOptions } from './flow/layers/permutation.ts'
export { Planar } from './flow/layers/planar.ts'
export { Rescale } from './flow/layers/rescale.ts'
export { Split } from './flow/layers/split.ts'
export { Squeeze } from './flow/layers/squeeze.ts'
export { type NiceOptions, nice } from './flow/nice.ts'
export { oneHot } from './flow/one-hot.ts'
export { type PlanarOptions, planar } from './flow/planar.ts'
export type { Base } from './flow/program.ts'
export { type RealNvpOptions, realNVP } from './flow/real-nvp.ts'
export type { ResidualOptions } from './flow/residual.ts'
export type { Forward, Inverted, RowOptions } from './flow/rows.ts'
export type { FlowSample, FlowSampleOptions } from './flow/sample.ts'
export type { Spectrum } from './flow/spectrum.ts'
export type { BestEpoch, FlowTraining } from './flow/training-state.ts'
export { decodeIdx, encodeIdx } from './io/idx.ts'
export { imageSheet, type SheetOptions } from './io/image-sheet.ts'
export { decodeLabelledImages, type ImageSet, type LabelledImages } from './io/mnist.ts'
export { asRows, type NdArray } from './io/ndarray.ts'
export { decodeNpy, encodeNpy } from './io/npy.ts'
export { decodePng, encodePng, type GreyImage, type Pixels } from './io/png.ts'
export { guessFormat, type ProblemFormat, type ProblemText, parseProblem } from './io/problem-text.ts'
export {
  type Dtype,
  decodeSafetensors,
  encodeSafetensors,
  type Safetensors,
  type Tensor,
  tensor,
} from './io/safetensors.ts'
export { parseTransitions, type TransitionFormat, type TransitionText } from './io/transition-text.ts'
export type { BinaryMatrix, Matrix, MatrixLike } from './matrix.ts'
export { AliasTable } from './random/alias.ts'
export type { Seed } from './random/key.ts'
export {
  type BernoulliOptions,
  type CategoricalOptions,
  type ExponentialOptions,
  type IntegersOptions,
  type NormalOptions,
  Rng,
  type RngState,
  type UniformOptions,
} from './random/rng.ts'
export type { ChainStream } from './random/streams.ts'
export type { EpochOptions, TrainingProgress } from './run/fit-options.ts'
export type { LongOptions, Progress } from './run/progress.ts'
export type { Stepwise } from './run/stepwise.ts'
export { type AnalyzeChainOptions, analyzeChain, type ChainAnalysis } from './sampling/chain/analyze-chain.ts'
export {
  checkKernel,
  type JointCheckOptions,
  type Kernel,
  type KernelCheck,
  type KernelCheckOptions,
  type Verdict,
} from './sampling/chain/check-kernel.ts'
export type { ChainClass } from './sampling/chain/classes.ts'
export type { Exchange, Passage } from './sampling/chain/exchange-tests.ts'
export type { JointMean, JointModel, PosteriorKernel } from './sampling/chain/joint-check.ts'
export type { KernelState } from './sampling/chain/kernel-views.ts'
export type { CompressedRows, TransitionsLike } from './sampling/chain/transition-input.ts'
export type { ChainOptions } from './sampling/chain-options.ts'
export { ChainRng } from './sampling/chain-rng.ts'
export type { ChainState } from './sampling/chain-sampler.ts'
export { bfmi } from './sampling/diagnostics/bfmi.ts'
export type { DrawsInput } from './sampling/diagnostics/checked-draws.ts'
export {
  autocorrelationTime,
  type Diagnostic,
  type EssKind,
  ess,
  type McseKind,
  mcse,
  type QuantileRow,
  quantiles,
  rHat,
} from './sampling/diagnostics/measures.ts'
export {
  Summary,
  type SummaryOptions,
  type SummaryRow,
  summary,
  summaryInPieces,
} from './sampling/diagnostics/summary.ts'
export { categorical } from './sampling/distributions/categorical.ts'
export type { LocationScale, MeanSd } from './sampling/distributions/check.ts'
export { type BinomialOptions, binomial, type PoissonOptions, poisson } from './sampling/distributions/counts.ts'
export {
  Distribution,
  type SampleFrom,
  type SampleOptions as DrawOptions,
} from './sampling/distributions/distribution.ts'
export {
  exponential,
  geometric,
  gumbel,
  type ProbabilityOptions,
  pareto,
  type RateOptions,
  rayleigh,
  type ScaleOptions,
  type ShapeScaleOptions,
  weibull,
} from './sampling/distributions/exponential.ts'
export { type CdfOptions, fromCdf } from './sampling/distributions/from-cdf.ts'
export { type DensityOptions, fromDensity } from './sampling/distributions/from-density.ts'
export { fromQuantile, type QuantileOptions } from './sampling/distributions/from-quantile.ts'
export {
  type BetaOptions,
  beta,
  chiSquare,
  type DegreesOptions,
  type GammaOptions,
  gamma,
  type StudentOptions,
  studentT,
} from './sampling/distributions/gamma.ts'
export { mixture } from './sampling/distributions/mixture.ts'
export type { MultivariateMixture } from './sampling/distributions/multivariate-mixture.ts'
export {
  MultivariateNormal,
  type MultivariateNormalOptions,
  multivariateNormal,
} from './sampling/distributions/multivariate-normal.ts'
export {
  halfNormal,
  logNormal,
  normal,
  type TruncatedNormalOptions,
  truncatedNormal,
} from './sampling/distributions/normal.ts'
export {
  type EightGaussiansOptions,
  eightGaussians,
  type TwoMoonsOptions,
  type TwoSpiralsOptions,
  twoMoons,
  twoSpirals,
} from './sampling/distributions/plane.ts'
export {
  cauchy,
  laplace,
  logistic,
  type TriangularOptions,
  triangular,
  uniform,
} from './sampling/distributions/symmetric.ts'
export type { TableRange, TabulatedDistribution } from './sampling/distributions/tabulated.ts'
export { type TruncateOptions, truncated } from './sampling/distributions/truncated.ts'
export type { DrawsLike } from './sampling/draws.ts'
export { type InferenceDataJson, type Nested, toArviz } from './sampling/exchange/arviz.ts'
export { parseDraws } from './sampling/exchange/parse-draws.ts'
export { toCsv } from './sampling/exchange/stan-csv.ts'
export type { Expression, ExpressionLike } from './sampling/expression/expression.ts'
export {
  abs,
  concat,
  cumulativeSum,
  data,
  dot,
  exp,
  log,
  log1p,
  logAddExp,
  logGamma,
  logSumExp,
  matvec,
  param,
  pow,
  sigmoid,
  softplus,
  solveLower,
  sqrt,
  square,
  sum,
  tanh,
  within,
} from './sampling/expression/functions.ts'
export { logPdf } from './sampling/expression/log-pdf.ts'
export { type Model, type ModelOptions, model } from './sampling/expression/model.ts'
export { type ModelJson, modelFromJson } from './sampling/expression/model-json.ts'
export type { ModelText } from './sampling/expression/model-text.ts'
export type { ParameterOptions } from './sampling/expression/parameter-spec.ts'
export { type NamesInText, parseExpression } from './sampling/expression/parse.ts'
export { type GaussianGibbsOptions, gaussianGibbs } from './sampling/gaussian-gibbs.ts'
export { type GibbsOptions, gibbs } from './sampling/gibbs.ts'
export type { Conditional, GibbsBlock } from './sampling/gibbs-sites.ts'
export { type ImportanceOptions, importance } from './sampling/importance.ts'
export { type Estimate, type EstimateOptions, ImportanceSample } from './sampling/importance-sample.ts'
export { metropolis } from './sampling/metropolis.ts'
export type { Ladder, MetropolisOptions } from './sampling/metropolis-options.ts'
export type {
  CustomProposal,
  FlipProposal,
  MetropolisProposal,
  ScaledProposal,
} from './sampling/metropolis-proposal.ts'
export { type NutsOptions, nuts } from './sampling/nuts.ts'
export type { Proposal, ProposalRows, ProposalSampleOptions } from './sampling/proposal.ts'
export { psis, type SmoothedWeights } from './sampling/psis.ts'
export type { Rows } from './sampling/rows.ts'
export { DrawBlock, SampleRun } from './sampling/sample-run.ts'
export { type EightSchoolsOptions, eightSchoolsTarget } from './sampling/targets/eight-schools.ts'
export { type FunnelOptions, funnelTarget } from './sampling/targets/funnel.ts'
export type { ExactTarget, KernelTarget } from './sampling/targets/kernel-target.ts'
export {
  type KnownNoiseOptions,
  type LinearRegressionOptions,
  linearRegressionTarget,
} from './sampling/targets/linear-regression.ts'
export { type LogisticRegressionOptions, logisticRegressionTarget } from './sampling/targets/logistic-regression.ts'
export { type NormalShape, normalTarget } from './sampling/targets/normal.ts'
export { type NormalMixtureOptions, normalMixtureTarget } from './sampling/targets/normal-mixture.ts'
export { type RosenbrockOptions, rosenbrockTarget } from './sampling/targets/rosenbrock.ts'
export { type TestEnergyOptions, testEnergyTarget } from './sampling/targets/test-energy.ts'
