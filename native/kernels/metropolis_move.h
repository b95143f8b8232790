// One step of Metropolis, Rosenbluth, Rosenbluth, Teller and Teller (1953) and Hastings (1970), for a block of columns:
//
//   accept x' with min(1, exp(beta (log p(x') - log p(x)) + log q(x | x') - log q(x' | x)))
//
//   walk      x' = x + s L z                                     symmetric
//   langevin  x' = x + s L (z + s/2 v),  v = L' beta grad log p(x)
//             log q(x | x') - log q(x' | x) = (|z|^2 - |z + s/2 (v + v')|^2) / 2        [Roberts, Tweedie 1996]
//   flip      x' is x with one coordinate, all equally likely, exchanged for the other of its two values; symmetric
//   given     x' and the log ratio of q come from outside
//
// z are standard normals, s is the step and L the scale: the identity, a diagonal, or the factor of a covariance L L'.
// So the walk's increments have covariance s^2 L L', and the Langevin proposal is the one preconditioned by L L'.
#pragma once
#include "kernels/metropolis_block.h"
#include "kernels/metropolis_random.h"

namespace gibbsite::GIBBSITE_TARGET {

enum class proposal_kind : uint32_t { walk = 0, langevin = 1, flip = 2, given = 3 };

// What does not change during a run.
struct metropolis_setting {
  density target;
  proposal_kind kind;
  scale_shape shape;
  double flip_sum;  // of the two values of a coordinate
  span<const double> inverse_temperatures;
  philox_key key;
  uint32_t first_chain;

  size_t levels() const { return inverse_temperatures.size(); }
  size_t scale_rows() const { return scale_size(shape, target.dim); }
};

GIBBSITE_INLINE f64x load_wide(const double* from) { return load<f64x>(from); }
GIBBSITE_INLINE f64x load_wide(const float* from) { return convert<f64x>(load<f32half>(from)); }

// to = L from, or L' from where transposed; [dim][width] and [dim][stride].
template <class T>
inline void apply_scale(scale_shape shape, bool transposed, size_t dim, size_t width, const double* scale,
                        const T* from, size_t stride, double* to) {
  const auto in = [&](size_t row, size_t at) { return load_wide(from + row * stride + at); };
  for (size_t at = 0; at < width; at += f64_lanes) {
    for (size_t i = 0; i < dim; i++) {
      f64x sum;
      if (shape == scale_shape::isotropic) {
        sum = in(i, at);
      } else if (shape == scale_shape::diagonal) {
        sum = load<f64x>(scale + i * width + at) * in(i, at);
      } else if (transposed) {
        sum = f64x{};
        for (size_t j = i; j < dim; j++) sum += load<f64x>(scale + (j * (j + 1) / 2 + i) * width + at) * in(j, at);
      } else {
        sum = f64x{};
        for (size_t j = 0; j <= i; j++) sum += load<f64x>(scale + (i * (i + 1) / 2 + j) * width + at) * in(j, at);
      }
      store(to + i * width + at, sum);
    }
  }
}

// Where a step may go wrong: the column (of the block) whose log density was NaN or plus infinity.
constexpr size_t no_column = ~size_t{0};

class metropolis_mover {
 public:
  metropolis_mover(const metropolis_setting& setting, const block_place& place)
      : setting_(setting),
        dim_(setting.target.dim),
        place_(place),
        width_(place.width),
        step_source_(setting.key, metropolis_purpose::step),
        normal_source_(setting.key, metropolis_purpose::normal),
        swap_source_(setting.key, metropolis_purpose::swap),
        langevin_(setting.kind == proposal_kind::langevin),
        memory_((langevin_ ? 9 : 3) * dim_ * width_ + setting.scale_rows() * width_ + 5 * width_ +
                float_stride(width_)),
        floats_(decision_word(dim_) * float_stride(width_)) {
    double* next = memory_.data();
    const auto take = [&](size_t rows) { return next += rows * width_, next - rows * width_; };
    change_ = take(0), next += float_stride(width_);
    for (size_t c = 0; c < float_stride(width_); c++) change_[c] = 0;
    x = take(dim_), y = take(dim_), increment_ = take(dim_);
    if (langevin_) {
      gradient = take(dim_), proposed_gradient = take(dim_), z_ = take(dim_);
      v_ = take(dim_), proposed_v_ = take(dim_), tempered_ = take(dim_);
    }
    scale = take(setting.scale_rows());
    log_density = take(1), proposed_log_density = take(1), step = take(1), beta_ = take(1), log_ratio = take(1);
    place_columns();
  }

  // Whoever changes `scale`, or x and its gradient, from outside calls this before the next step.
  void refresh() {
    if (langevin_) whiten(gradient, v_);
  }

  // y, and the numbers of the decision, for this iteration.
  void propose(uint64_t iteration) {
    if (setting_.kind == proposal_kind::walk) return walk(iteration);
    decide_numbers(iteration);
    if (langevin_) drift(iteration);
    if (setting_.kind == proposal_kind::flip) flip(iteration);
  }

  // For y that came from outside: what the decision needs besides.
  void recall(uint64_t iteration) {
    if (setting_.kind == proposal_kind::walk) {
      step_numbers(step_source_, iteration, columns_, width_, dim_, floats_.data(), &decisions_);
    } else {
      decide_numbers(iteration);
      if (langevin_) chain_normals(normal_source_, iteration, columns_, width_, dim_, z_);
    }
  }

  // Log densities of y, and gradients where the proposal needs them.
  void evaluate_proposals(double* work) {
    evaluate(setting_.target, width_, y, proposed_log_density, langevin_ ? proposed_gradient : nullptr, work);
  }

  // Accepts or rejects y. On a log density that is NaN or plus infinity nothing moves and its column is returned.
  // accepted [width] counts; probability [width], unless null, gets the acceptance probabilities.
  size_t decide(double* accepted, double* probability);

  // Swaps neighbouring temperatures of every chain: even pairs in even iterations, odd ones in odd, with
  // min(1, exp((beta_k - beta_{k+1}) (log p(x_{k+1}) - log p(x_k)))). swaps [chains of the block, levels - 1] counts.
  void swap_levels(uint64_t iteration, double* swaps);

  double *x, *y, *gradient = nullptr, *proposed_gradient = nullptr, *scale;
  double *log_density, *proposed_log_density, *step, *log_ratio;

 private:
  void place_columns() {
    const size_t levels = setting_.levels();
    for (size_t c = 0; c < most_columns; c++) {
      const size_t column = place_.first + (c < place_.count ? c : place_.count - 1), level = column % levels;
      columns_.chain[c] = setting_.first_chain + static_cast<uint32_t>(column / levels);
      // Far enough apart for 2^27 coordinates.
      columns_.first_block[c] = static_cast<uint32_t>(level) << 25;
      if (c < width_) beta_[c] = setting_.inverse_temperatures[level], log_ratio[c] = 0;
    }
  }

  void walk(uint64_t iteration) {
    step_numbers(step_source_, iteration, columns_, width_, dim_, floats_.data(), &decisions_);
    const float* z = floats_.data();
    const size_t stride = float_stride(width_);
    if (setting_.shape == scale_shape::isotropic) {
      for (size_t i = 0; i < dim_; i++) {
        for (size_t at = 0; at < width_; at += f64_lanes) {
          const f64x normal = load_wide(z + i * stride + at);
          store(y + i * width_ + at, load<f64x>(x + i * width_ + at) + load<f64x>(step + at) * normal);
        }
      }
      return;
    }
    apply_scale(setting_.shape, false, dim_, width_, scale, z, stride, increment_);
    add_increment();
  }

  // y = x + step increment.
  void add_increment() {
    for (size_t i = 0; i < dim_; i++) {
      for (size_t at = 0; at < width_; at += f64_lanes) {
        const f64x moved = load<f64x>(step + at) * load<f64x>(increment_ + i * width_ + at);
        store(y + i * width_ + at, load<f64x>(x + i * width_ + at) + moved);
      }
    }
  }

  void decide_numbers(uint64_t iteration) {
    step_numbers(step_source_, iteration, columns_, width_, setting_.kind == proposal_kind::flip ? 2 : 0,
                 floats_.data(), &decisions_);
  }

  void drift(uint64_t iteration) {
    chain_normals(normal_source_, iteration, columns_, width_, dim_, z_);
    for (size_t i = 0; i < dim_; i++) {
      for (size_t at = 0; at < width_; at += f64_lanes) {
        const f64x half = 0.5 * load<f64x>(step + at);
        store(tempered_ + i * width_ + at, load<f64x>(z_ + i * width_ + at) + half * load<f64x>(v_ + i * width_ + at));
      }
    }
    apply_scale(setting_.shape, false, dim_, width_, scale, tempered_, width_, increment_);
    add_increment();
  }

  void flip(uint64_t iteration) {
    memcpy(y, x, dim_ * width_ * sizeof(double));
    for (size_t c = 0; c < width_; c++) {
      const double u = chain_uniform(step_source_, iteration, columns_.chain[c], 0, columns_.first_block[c]);
      const size_t i = static_cast<size_t>(u * static_cast<double>(dim_));
      y[i * width_ + c] = setting_.flip_sum - x[i * width_ + c];
    }
  }

  // v = L' beta gradient.
  void whiten(const double* from, double* v) {
    for (size_t i = 0; i < dim_; i++) {
      for (size_t at = 0; at < width_; at += f64_lanes) {
        store(tempered_ + i * width_ + at, load<f64x>(beta_ + at) * load<f64x>(from + i * width_ + at));
      }
    }
    apply_scale(setting_.shape, true, dim_, width_, scale, tempered_, width_, v);
  }

  // log_ratio of the Langevin proposal.
  void langevin_ratio() {
    whiten(proposed_gradient, proposed_v_);
    for (size_t at = 0; at < width_; at += f64_lanes) {
      const f64x half = 0.5 * load<f64x>(step + at);
      f64x sum{};
      for (size_t i = 0; i < dim_; i++) {
        const f64x z = load<f64x>(z_ + i * width_ + at);
        const f64x back = z + half * (load<f64x>(v_ + i * width_ + at) + load<f64x>(proposed_v_ + i * width_ + at));
        sum += z * z - back * back;
      }
      store(log_ratio + at, 0.5 * sum);
    }
  }

  void swap_columns(size_t a, size_t b) {
    const auto exchange = [&](double* rows, size_t count) {
      for (size_t i = 0; i < count; i++) {
        const double kept = rows[i * width_ + a];
        rows[i * width_ + a] = rows[i * width_ + b];
        rows[i * width_ + b] = kept;
      }
    };
    exchange(x, dim_);
    exchange(log_density, 1);
    if (langevin_) exchange(gradient, dim_);
  }

  const metropolis_setting& setting_;
  const size_t dim_;
  const block_place place_;
  const size_t width_;
  const chain_source step_source_, normal_source_, swap_source_;
  const bool langevin_;
  const scratch<double> memory_;
  const scratch<float> floats_;
  chain_columns columns_;
  decision_words decisions_;
  double *increment_, *z_ = nullptr, *v_ = nullptr, *proposed_v_ = nullptr, *tempered_ = nullptr, *beta_, *change_;
};

inline size_t metropolis_mover::decide(double* accepted, double* probability) {
  if (langevin_) langevin_ratio();
  i64x wrong{};
  for (size_t at = 0; at < width_; at += f64_lanes) {
    const f64x proposed = load<f64x>(proposed_log_density + at);
    const f64x change = load<f64x>(beta_ + at) * (proposed - load<f64x>(log_density + at)) + load<f64x>(log_ratio + at);
    // A gradient that is no number where the density is one.
    const i64x lost = (proposed > -__builtin_inf()) & (change != change);
    wrong |= ~(proposed < __builtin_inf()) | lost;
    store(change_ + at, change);
  }
  if (!all(~wrong)) {
    for (size_t c = 0; c < width_; c++) {
      const double proposed = proposed_log_density[c];
      if (!(proposed < __builtin_inf()) || (proposed > -__builtin_inf() && change_[c] != change_[c])) return c;
    }
  }
  alignas(64) int32_t decided[most_columns];
  for (size_t at = 0; at < width_; at += f32_lanes) decisions_.decide(at, change_ + at, decided + at);
  const auto take = [&](i64x yes, double* to, const double* from)
                        __attribute__((always_inline)) { store(to, select(yes, load<f64x>(from), load<f64x>(to))); };
  for (size_t at = 0; at < width_; at += f64_lanes) {
    const i64x yes = convert<i64x>(load<i32half>(decided + at));
    if (probability != nullptr) {
      const f64x change = load<f64x>(change_ + at);
      // NaN here: a density of zero whose gradient is no number either.
      store(probability + at, select(change == change, exp(at_most(change, 0.0)), f64x{}));
    }
    store(accepted + at, load<f64x>(accepted + at) + select(yes, splat<f64x>(1.0), f64x{}));
    take(yes, log_density + at, proposed_log_density + at);
    for (size_t i = 0; i < dim_; i++) take(yes, x + i * width_ + at, y + i * width_ + at);
    if (!langevin_) continue;
    for (size_t i = 0; i < dim_; i++) {
      take(yes, gradient + i * width_ + at, proposed_gradient + i * width_ + at);
      take(yes, v_ + i * width_ + at, proposed_v_ + i * width_ + at);
    }
  }
  return no_column;
}

inline void metropolis_mover::swap_levels(uint64_t iteration, double* swaps) {
  const size_t levels = setting_.levels();
  if (levels == 1) return;
  alignas(64) double u[most_columns];
  chain_uniforms(swap_source_, iteration, columns_, width_, 1, u);
  bool swapped = false;
  for (size_t first = 0; first < place_.count; first += levels) {
    for (size_t k = iteration % 2; k + 1 < levels; k += 2) {
      const size_t c = first + k;
      const double change = (beta_[c] - beta_[c + 1]) * (log_density[c + 1] - log_density[c]);
      if (!(log(u[c]) < change)) continue;
      swap_columns(c, c + 1);
      swaps[first / levels * (levels - 1) + k] += 1;
      swapped = true;
    }
  }
  if (swapped) refresh();
}

}  // namespace gibbsite::GIBBSITE_TARGET
