#include "kernels/gaussian_gibbs.h"

#include "core/threads.h"
#include "kernels/metropolis_block.h"

namespace gibbsite::GIBBSITE_TARGET {

namespace {

constexpr uint32_t purpose_normal = 1, purpose_visit = 2;

struct gaussian_model {
  span<const double> mean, ratios, sd;
  double log_scale;

  size_t dim() const { return mean.size(); }
};

// One block of chains; y [dim][width] are deviations from the mean.
class gaussian_block {
 public:
  gaussian_block(const gaussian_model& model, const block_place& place, philox_key key, uint32_t first_chain,
                 span<double> deviations)
      : model_(model),
        place_(place),
        width_(place.width),
        normals_(key, purpose_normal),
        visits_(key, purpose_visit),
        columns_(first_chain + static_cast<uint32_t>(place.first)),
        y_(model.dim() * width_),
        z_(model.dim() * width_),
        u_(model.dim() * width_) {
    load_columns(place, deviations.data(), model.dim(), y_.data());
  }

  void sweep(uint64_t iteration, bool random_scan) {
    chain_normals(normals_, iteration, columns_, width_, model_.dim(), z_.data());
    if (random_scan) return visit_at_random(iteration);
    for (size_t i = 0; i < model_.dim(); i++) {
      for (size_t at = 0; at < width_; at += f64_lanes) {
        store(&y_[i * width_ + at], model_.sd[i] * load<f64x>(&z_[i * width_ + at]) - field(i, at));
      }
    }
  }

  // Row `row` of every chain.
  void keep(uint32_t rows, size_t row, span<double> draws, span<double> log_densities) const {
    alignas(64) double squares[most_columns];
    for (size_t at = 0; at < width_; at += f64_lanes) store(squares + at, square(at));
    for (size_t c = 0; c < place_.count; c++) {
      const size_t to = (place_.first + c) * rows + row;
      double* draw = draws.data() + to * model_.dim();
      for (size_t i = 0; i < model_.dim(); i++) draw[i] = model_.mean[i] + y_[i * width_ + c];
      log_densities[to] = model_.log_scale - 0.5 * squares[c];
    }
  }

  void put_back(span<double> deviations) const { store_columns(place_, y_.data(), model_.dim(), deviations); }

 private:
  // sum_j (P_ij / P_ii) y_j; the diagonal is 0 and adds nothing.
  f64x field(size_t i, size_t at) const {
    const double* ratios = model_.ratios.data() + i * model_.dim();
    f64x sum{};
    for (size_t j = 0; j < model_.dim(); j++) sum += ratios[j] * load<f64x>(&y_[j * width_ + at]);
    return sum;
  }

  void visit_at_random(uint64_t iteration) {
    const size_t dim = model_.dim();
    chain_uniforms(visits_, iteration, columns_, width_, dim, u_.data());
    for (size_t k = 0; k < dim; k++) {
      for (size_t c = 0; c < place_.count; c++) {
        const size_t i = static_cast<size_t>(u_[k * width_ + c] * static_cast<double>(dim));
        const double* ratios = model_.ratios.data() + i * dim;
        double sum = 0;
        for (size_t j = 0; j < dim; j++) sum += ratios[j] * y_[j * width_ + c];
        y_[i * width_ + c] = model_.sd[i] * z_[k * width_ + c] - sum;
      }
    }
  }

  // y' P y = sum_i y_i (y_i + field_i) / sd_i^2.
  f64x square(size_t at) const {
    f64x sum{};
    for (size_t i = 0; i < model_.dim(); i++) {
      const f64x y = load<f64x>(&y_[i * width_ + at]);
      sum += y * (y + field(i, at)) / (model_.sd[i] * model_.sd[i]);
    }
    return sum;
  }

  const gaussian_model& model_;
  const block_place place_;
  const size_t width_;
  const chain_source normals_, visits_;
  const chain_columns columns_;
  const scratch<double> y_, z_, u_;
};

}  // namespace

void gaussian_gibbs(span<const double> mean, span<const double> ratios, span<const double> sd, double log_scale,
                    bool random_scan, uint32_t key_low, uint32_t key_high, uint32_t first_chain,
                    uint64_t first_iteration, uint32_t iterations, span<double> deviations, uint32_t thin,
                    uint32_t rows, uint32_t first_row, span<double> draws, span<double> log_densities) {
  const gaussian_model model{mean, ratios, sd, log_scale};
  const block_plan plan(deviations.size() / model.dim(), 1);
  parallel_for(plan.count(), [&](size_t b) {
    gaussian_block block(model, plan.at(b), {key_low, key_high}, first_chain, deviations);
    size_t row = first_row;
    for (uint32_t t = 0, since = 0; t < iterations; t++) {
      block.sweep(first_iteration + t, random_scan);
      if (++since != thin) continue;
      block.keep(rows, row++, draws, log_densities);
      since = 0;
    }
    block.put_back(deviations);
  });
}

}  // namespace gibbsite::GIBBSITE_TARGET
