// The only list of kernels in the project. A line here and `npm run gen` make a kernel callable from TypeScript.
#include "abi/kernel.h"
#include "kernels/adam.h"
#include "kernels/bits.h"
#include "kernels/boltzmann_enumerate.h"
#include "kernels/boltzmann_gibbs.h"
#include "kernels/boltzmann_likelihood.h"
#include "kernels/boltzmann_sparse.h"
#include "kernels/boltzmann_train.h"
#include "kernels/chain_summary.h"
#include "kernels/couplings.h"
#include "kernels/data_survey.h"
#include "kernels/density_evaluate.h"
#include "kernels/density_expression.h"
#include "kernels/distribution.h"
#include "kernels/flow.h"
#include "kernels/flow_dequantize.h"
#include "kernels/flow_train.h"
#include "kernels/gaussian_gibbs.h"
#include "kernels/gaussian_rbm_gibbs.h"
#include "kernels/gaussian_rbm_likelihood.h"
#include "kernels/gaussian_rbm_train.h"
#include "kernels/general_eigenvalues.h"
#include "kernels/hopfield_learn.h"
#include "kernels/hopfield_project.h"
#include "kernels/hopfield_recall.h"
#include "kernels/hopfield_retrieve.h"
#include "kernels/hopfield_states.h"
#include "kernels/inverse_table.h"
#include "kernels/ising2d.h"
#include "kernels/log_weights.h"
#include "kernels/markov_balance.h"
#include "kernels/markov_eliminate.h"
#include "kernels/markov_powers.h"
#include "kernels/markov_structure.h"
#include "kernels/metropolis.h"
#include "kernels/multivariate_normal.h"
#include "kernels/nuts.h"
#include "kernels/pareto_smoothing.h"
#include "kernels/philox.h"
#include "kernels/random_discrete.h"
#include "kernels/random_normal.h"
#include "kernels/random_uniform.h"
#include "kernels/rbm_anneal.h"
#include "kernels/rbm_gibbs.h"
#include "kernels/rbm_likelihood.h"
#include "kernels/rbm_train.h"
#include "kernels/row_units.h"
#include "kernels/symmetric_eigenvalues.h"
#include "kernels/transition_matrix.h"

namespace gibbsite::GIBBSITE_TARGET {

static constexpr kernel_entry kernels[] = {
    // philox.h
    KERNEL(philox_blocks, counter, key_low, key_high, words),
    // random_uniform.h
    KERNEL(random_words, out, key_low, key_high, stream_low, stream_high, start),
    KERNEL(random_uniform_f32, out, key_low, key_high, stream_low, stream_high, start, low, high),
    KERNEL(random_uniform_f64, out, key_low, key_high, stream_low, stream_high, start, low, high),
    KERNEL(random_exponential_f32, out, key_low, key_high, stream_low, stream_high, start, scale),
    KERNEL(random_exponential_f64, out, key_low, key_high, stream_low, stream_high, start, scale),
    // random_normal.h
    KERNEL(random_normal_f32, out, key_low, key_high, stream_low, stream_high, start, mean, sd),
    KERNEL(random_normal_f64, out, key_low, key_high, stream_low, stream_high, start, mean, sd),
    // random_discrete.h
    KERNEL(random_bernoulli_u8, out, key_low, key_high, stream_low, stream_high, start, p),
    KERNEL(random_bernoulli_f32, out, key_low, key_high, stream_low, stream_high, start, p),
    KERNEL(random_bernoulli_f64, out, key_low, key_high, stream_low, stream_high, start, p),
    KERNEL(random_integers_i32, out, key_low, key_high, stream_low, stream_high, start, low, range),
    KERNEL(random_integers_f32, out, key_low, key_high, stream_low, stream_high, start, low, range),
    KERNEL(random_integers_f64, out, key_low, key_high, stream_low, stream_high, start, low, range),
    KERNEL(random_categorical, out, key_low, key_high, stream_low, stream_high, start, keep, alias),
    KERNEL(random_permutation, out, key_low, key_high, stream_low, stream_high, start),
    // distribution.h
    KERNEL(distribution_sample, out, key_low, key_high, stream_low, stream_high, start, family, parameters),
    KERNEL(distribution_quantile, family, parameters, upper, values),
    KERNEL(distribution_cdf, family, parameters, upper, values),
    KERNEL(distribution_log_pdf, family, parameters, values),
    KERNEL(distribution_tails, family, parameters, coordinates, lower, upper),
    KERNEL(distribution_coordinates, family, parameters, upper, values),
    KERNEL(distribution_from_coordinates, family, parameters, values),
    KERNEL(log_gamma_of, x),
    // multivariate_normal.h
    KERNEL(multivariate_normal_draws, mean, factor, of_precision, rows),
    KERNEL(multivariate_normal_log_pdf, mean, factor, of_precision, rows, log_pdf),
    // inverse_table.h
    KERNEL(inverse_table, lower, upper, lower_guide, upper_guide, coefficients, values),
    KERNEL(step_table, lower, upper, lower_guide, upper_guide, first, values),
    // bits.h
    KERNEL(bits_threshold, values, columns, threshold, bits),
    KERNEL(bits_bernoulli, values, columns, key_low, key_high, draw, first_row, bits),
    KERNEL(bits_unpack, bits, columns, values),
    KERNEL(bits_gather, from, columns, order, to),
    // rbm_gibbs.h
    KERNEL(rbm_gibbs, weights, visible_bias, hidden_bias, beta, clamp_mask, key_low, key_high, first_chain, first_sweep,
           sweeps, visible, hidden, visible_sum),
    KERNEL(rbm_gibbs_streams, weights, visible_bias, hidden_bias, beta, clamp_mask, streams, first_sweep, sweeps,
           visible, hidden, visible_sum),
    KERNEL(rbm_conditional, weights, bias, values, transposed, probabilities),
    // rbm_likelihood.h
    KERNEL(rbm_free_energy, weights, visible_bias, hidden_bias, values, free_energy),
    KERNEL(rbm_energy, weights, visible_bias, hidden_bias, visible, hidden, energy),
    KERNEL(rbm_pseudo_likelihood, weights, visible_bias, hidden_bias, visible, flips, key_low, key_high, first_row,
           pseudo_likelihood),
    KERNEL(rbm_enumerate, weights, visible_bias, hidden_bias, over_hidden, first, count),
    // rbm_anneal.h
    KERNEL(rbm_anneal, weights, visible_bias, hidden_bias, base_bias, betas, reverse, key_low, key_high, first_chain,
           first_step, visible, log_weights),
    // data_survey.h
    KERNEL(data_survey, values, columns, first_row, sums, hash),
    // log_weights.h
    KERNEL(log_sum_exp, values),
    KERNEL(log_weight_summary, log_weights, summary),
    KERNEL(exponentials, values, shift, result),
    KERNEL(logarithms, values, result),
    KERNEL(logits, probabilities, logits),
    // rbm_train.h
    KERNEL(rbm_train, data, batch, rates, momentum, weight_decay, sweeps, sampled, sparsity_target, sparsity_cost,
           offset_rate, betas, key_low, key_high, first_step, weights, visible_bias, hidden_bias, weight_velocity,
           visible_velocity, hidden_velocity, visible_offset, hidden_offset, chains, fantasies),
    // hopfield_states.h
    KERNEL(hopfield_encoding, values),
    KERNEL(hopfield_unpack, bits, columns, off, values),
    // couplings.h
    KERNEL(couplings_scale, weights, bias, scale),
    KERNEL(couplings_scale_sparse, offsets, weights, bias, scale),
    KERNEL(couplings_to_integers, values, unit, integers),
    KERNEL(couplings_quantise, weights, bias, unit, binary, narrow, table, offsets),
    KERNEL(couplings_fields, units, binary, narrow, unit, table, offsets, states, fields, energies),
    // boltzmann_gibbs.h
    KERNEL(boltzmann_gibbs, units, binary, narrow, unit, table, offsets, scan, metropolis, temperatures, clamp_mask,
           key_low, key_high, order_low, order_high, first_chain, first_sweep, states, on_counts, energies),
    KERNEL(boltzmann_update_probabilities, units, binary, narrow, unit, table, offsets, metropolis, temperature, flips),
    // boltzmann_train.h
    KERNEL(boltzmann_train, data, visible, binary, temperature, batch, rates, momentum, weight_decay, sweeps,
           data_sweeps, data_key_low, data_key_high, chain_key_low, chain_key_high, first_step, weights, bias,
           weight_velocity, bias_velocity, chains),
    // boltzmann_enumerate.h
    KERNEL(boltzmann_enumerate, couplings, bias, binary, beta, first_block, log_sums),
    KERNEL(boltzmann_moments, couplings, bias, binary, beta, log_z, first_group, both_on),
    KERNEL(boltzmann_probabilities, couplings, bias, binary, beta, log_z, probabilities),
    KERNEL(boltzmann_pick, couplings, bias, binary, beta, blocks, uniforms, states),
    // boltzmann_likelihood.h
    KERNEL(boltzmann_pseudo_likelihood, fields, states, units, sharpness, log_likelihood),
    // boltzmann_sparse.h
    KERNEL(boltzmann_sparse_gibbs, offsets, columns, weights, bias, binary, unit, order, scan, metropolis, temperatures,
           clamp_mask, key_low, key_high, order_low, order_high, first_chain, first_sweep, states, on_counts, energies),
    KERNEL(boltzmann_sparse_fields, offsets, columns, weights, bias, binary, unit, states, fields, energies),
    // ising2d.h
    KERNEL(ising2d_sweep, rows, columns, strips, field, shared_random, temperatures, order, colours, key_low, key_high,
           first_sweep, words),
    KERNEL(ising2d_sums, rows, columns, strips, checkerboard, words, sums),
    KERNEL(ising2d_unpack, rows, columns, strips, checkerboard, down, words, spins),
    KERNEL(ising2d_pack, rows, columns, strips, checkerboard, spins, words),
    // density_evaluate.h
    KERNEL(density_evaluate, dim, family, numbers, program, points, log_density, gradient),
    // transition_matrix.h
    KERNEL(transition_matrix, flips, units, order, scan, first_row, matrix),
    // markov_structure.h
    KERNEL(markov_normalise, matrix, states, tolerance),
    KERNEL(markov_structure, matrix, class_of, closed, periods),
    KERNEL(markov_block, matrix, states, column_of, width, out),
    // markov_eliminate.h
    KERNEL(markov_eliminate, work, absorbing, first, count, pivots),
    KERNEL(markov_stationary, work, law),
    KERNEL(markov_absorption, work, absorbing, pivots, first, count, absorption),
    // markov_balance.h
    KERNEL(markov_balance, matrix, law, findings),
    KERNEL(markov_symmetric, matrix, n, symmetric),
    // markov_powers.h
    KERNEL(matrix_pack, matrix, n, packed),
    KERNEL(matrix_product, left, packed, n, first, count, product),
    KERNEL(markov_distance, matrix, law),
    KERNEL(markov_deflate, law, matrix),
    KERNEL(matrix_rescale, n, matrix),
    KERNEL(matrix_factor, matrix, square, n),
    KERNEL(matrix_pair, matrix, square, exponent, fourth, n),
    KERNEL(matrix_root, value, halvings, exponent),
    // symmetric_eigenvalues.h
    KERNEL(symmetric_tridiagonal, matrix, first, count, reflector, image, diagonal, beside),
    KERNEL(tridiagonal_eigenvalues, diagonal, beside, norm, first, count),
    // general_eigenvalues.h
    KERNEL(hessenberg, matrix, n, first, count),
    KERNEL(hessenberg_eigenvalues, matrix, steps, state, real, imaginary),
    // gaussian_gibbs.h
    KERNEL(gaussian_gibbs, mean, ratios, sd, log_scale, random_scan, key_low, key_high, first_chain, first_iteration,
           iterations, deviations, thin, rows, first_row, draws, log_densities),
    // metropolis.h
    KERNEL(metropolis_run, dim, family, numbers, program, proposal, inverse_temperatures, key_low, key_high,
           first_chain, first_iteration, iterations, positions, log_density, gradient, step, scale, swaps, target,
           adapted, gathered, base, offset, average, mean, spread, thin, rows, first_row, draws, log_densities,
           acceptance, failure),
    KERNEL(metropolis_propose, dim, proposal, flip_sum, inverse_temperatures, key_low, key_high, first_chain, iteration,
           positions, gradient, step, scale, proposals),
    KERNEL(metropolis_accept, dim, proposal, inverse_temperatures, key_low, key_high, first_chain, iteration, proposals,
           proposed_log_density, proposed_gradient, log_ratio, positions, log_density, gradient, step, scale, swaps,
           target, adapted, gathered, base, offset, average, mean, spread, accepted),
    KERNEL(metropolis_learn, dim, gathered, ideal, step, scale, base, offset, average, mean, spread),
    KERNEL(metropolis_settle, base, average, step),
    // density_expression.h
    KERNEL(expression_values, dim, numbers, tape, points, out),
    // hopfield_recall.h
    KERNEL(hopfield_recall, units, narrow, unit, table, offsets, order, key_low, key_high, probes, first_sweep, sweeps,
           most_flips, states, previous, counts, energies, trace),
    KERNEL(hopfield_recall_streams, units, narrow, unit, table, offsets, order, streams, first_sweep, sweeps,
           most_flips, states, previous, counts, energies, trace),
    // hopfield_learn.h
    KERNEL(hopfield_correlate, units, add, subtract, gain, weights, bias),
    KERNEL(hopfield_storkey, units, patterns, weights),
    // hopfield_project.h
    KERNEL(hopfield_gram, units, patterns, ridge, gram),
    KERNEL(hopfield_cholesky, matrix, rows, first, count, tolerance),
    KERNEL(hopfield_whiten, units, patterns, lower, first, count, block),
    KERNEL(hopfield_project, basis, units, first, count, weights),
    // hopfield_retrieve.h
    KERNEL(hopfield_retrieve, patterns, units, beta, steps, queries, weights, energies),
    // row_units.h
    KERNEL(column_squares, values, means, sums),
    KERNEL(rows_to_units, values, offset, scale, limit, out),
    KERNEL(rows_from_units, values, offset, scale, out),
    // gaussian_rbm_gibbs.h
    KERNEL(gaussian_rbm_gibbs, weights, visible_bias, hidden_bias, sigma, clamp_mask, key_low, key_high, first_chain,
           first_sweep, sweeps, visible, hidden, visible_sum),
    KERNEL(gaussian_rbm_gibbs_streams, weights, visible_bias, hidden_bias, sigma, clamp_mask, streams, first_sweep,
           sweeps, visible, hidden, visible_sum),
    KERNEL(gaussian_rbm_hidden, weights, hidden_bias, sigma, values, probabilities),
    KERNEL(gaussian_rbm_means, weights, visible_bias, hidden, means),
    // gaussian_rbm_likelihood.h
    KERNEL(gaussian_rbm_free_energy, weights, visible_bias, hidden_bias, sigma, values, free_energy),
    KERNEL(gaussian_rbm_energy, weights, visible_bias, hidden_bias, sigma, visible, hidden, energy),
    KERNEL(gaussian_rbm_marginal, weights, visible_bias, hidden_bias, sigma, scale, linear, couplings),
    KERNEL(gaussian_rbm_enumerate, linear, couplings, first, count),
    // gaussian_rbm_train.h
    KERNEL(gaussian_rbm_train, values, batch, rates, momentum, weight_decay, sigma_rate, lowest_sigma, highest_sigma,
           sweeps, offset_rate, key_low, key_high, first_step, weights, visible_bias, hidden_bias, sigma,
           weight_velocity, visible_velocity, hidden_velocity, sigma_velocity, hidden_offset, chains),
    // chain_summary.h
    KERNEL(chain_summary, values, chains, draws, hdi, summary),
    KERNEL(chain_quantiles, values, chains, draws, probabilities, quantiles),
    // pareto_smoothing.h
    KERNEL(pareto_smooth, log_weights, smoothed),
    KERNEL(importance_estimate, log_weights, values, self_normalised, estimate),
    // nuts.h
    KERNEL(nuts_run, dim, family, numbers, program, settings, windows, key_low, key_high, state, points, draws),
    KERNEL(nuts_work, dim, max_depth, chains),
    KERNEL(nuts_begin, dim, settings, windows, key_low, key_high, state, work, points, pending),
    KERNEL(nuts_advance, dim, settings, windows, key_low, key_high, log_density, gradient, work, points, pending,
           draws),
    KERNEL(nuts_end, dim, settings, work, state),
    // flow.h
    KERNEL(flow_prepared_size, program),
    KERNEL(flow_prepare, program, parameters, prepared),
    KERNEL(flow_forward, program, parameters, prepared, x, context, z, log_det, log_prob),
    KERNEL(flow_inverse, program, parameters, prepared, z, context, x, log_det, log_prob),
    KERNEL(flow_gradient, program, parameters, x, context, weight, store, log_prob, parameter_gradient, x_gradient),
    KERNEL(flow_tape_size, program, rows),
    KERNEL(flow_inverse_gradient, program, parameters, z, context, x_cotangent, log_det_cotangent, store,
           parameter_gradient, z_gradient),
    KERNEL(flow_locate, program, parameters, rows, context, inverse),
    KERNEL(flow_ill_conditioned, program, parameters),
    KERNEL(flow_initialize, program, parameters, x, context),
    // flow_dequantize.h, flow_train.h
    KERNEL(flow_dequantize, x, levels, key_low, key_high, number, first, out),
    KERNEL(flow_train, program, x, context, batch, rates, levels, key_low, key_high, first_step, clip, weight_decay,
           decayed, store, parameters, first_moment, second_moment, updated, before, log_prob, failure),
    // adam.h
    KERNEL(adam_step, gradient, rate, clip, weight_decay, decayed, step, parameters, first_moment, second_moment,
           updated),
};

kernel_list kernel_table() { return {kernels, sizeof kernels / sizeof kernels[0]}; }

}  // namespace gibbsite::GIBBSITE_TARGET
