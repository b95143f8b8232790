// 3x3 convolutions of images, zero outside, as products (core/gemm.h) over groups of whole images: the nine shifted
// copies exist for one group at a time, and only of the side with fewer lines (net_layer::gathers).
//
// With x the input, y the output, w [out][3][3][in], t one of the nine taps and s(t) its offset in the image:
//   gather    y[o][p] = sum over (t, i) of w[o][t][i] x[i][p + s(t)]
//   scatter   y[o][p] = sum over t of z[o][t][p + s(t)], z[o][t] = sum over i of w[o][t][i] x[i]
#pragma once
#include "flow/net_layer.h"

namespace gibbsite::GIBBSITE_TARGET {

// As layer_forward, layer_gradient (of the weights alone) and layer_backward.
void convolution_forward(const net& n, const net_layer& layer, const net_columns& columns, const net_input& input,
                         const gemm_end& end, float* output);
void convolution_gradient(const net_layer& layer, const net_columns& columns, const net_input& input,
                          const float* output_cotangent, float* weight_gradient);
void convolution_backward(const net_layer& layer, const net_columns& columns, const float* weights,
                          const float* output_cotangent, bool accumulate, float* input_cotangent, size_t line_stride);

}  // namespace gibbsite::GIBBSITE_TARGET
