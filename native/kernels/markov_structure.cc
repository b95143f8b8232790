#include "kernels/markov_structure.h"

#include "core/scratch.h"
#include "core/sums.h"
#include "core/threads.h"

namespace gibbsite::GIBBSITE_TARGET {

namespace {

constexpr uint32_t none = 0xffffffffu;

// Rows that a task takes at a time.
constexpr size_t task_rows = 32;

// False for a row that is no law.
bool normalise_row(double* row, size_t states, double tolerance) {
  bool wrong = false;
  for (size_t j = 0; j < states; j++) wrong |= !(row[j] >= 0);
  const double total = sum(row, states);
  if (wrong || !(total - 1 <= tolerance && 1 - total <= tolerance)) return false;
  for (size_t j = 0; j < states; j++) row[j] /= total;
  return true;
}

struct graph {
  const double* matrix;
  size_t states;

  bool edge(size_t i, size_t j) const { return matrix[i * states + j] > 0; }
};

// Strongly connected components. A state's `low` is the smallest number, in the order of discovery, that it is known to
// reach among the states not yet given a class.
class component_search {
 public:
  component_search(const graph& g, uint32_t* class_of)
      : g_(g),
        class_of_(class_of),
        number_(g.states),
        low_(g.states),
        cursor_(g.states),
        open_(g.states),
        path_(g.states) {
    for (size_t i = 0; i < g.states; i++) number_[i] = class_of[i] = none;
  }

  uint32_t run() {
    for (size_t i = 0; i < g_.states; i++) {
      if (number_[i] == none) search(i);
    }
    return classes_;
  }

 private:
  void enter(size_t i) {
    number_[i] = low_[i] = discovered_++;
    cursor_[i] = 0;
    open_[open_count_++] = path_[path_count_++] = static_cast<uint32_t>(i);
  }

  void search(size_t root) {
    enter(root);
    while (path_count_ > 0) {
      const size_t i = path_[path_count_ - 1];
      if (!descend(i)) leave(i);
    }
  }

  // Goes on along the edges of state i; true where that found a new state.
  bool descend(size_t i) {
    for (uint32_t& j = cursor_[i]; j < g_.states; j++) {
      if (!g_.edge(i, j)) continue;
      if (number_[j] == none) {
        enter(j);
        return true;
      }
      if (class_of_[j] == none && number_[j] < low_[i]) low_[i] = number_[j];
    }
    return false;
  }

  void leave(size_t i) {
    path_count_--;
    if (path_count_ > 0) {
      uint32_t& above = low_[path_[path_count_ - 1]];
      if (low_[i] < above) above = low_[i];
    }
    if (low_[i] != number_[i]) return;
    uint32_t member;
    do {
      member = open_[--open_count_];
      class_of_[member] = classes_;
    } while (member != i);
    classes_++;
  }

  const graph g_;
  uint32_t* class_of_;
  const scratch<uint32_t> number_, low_, cursor_, open_, path_;
  size_t open_count_ = 0, path_count_ = 0;
  uint32_t discovered_ = 0, classes_ = 0;
};

// Numbers classes anew, in the order of their smallest states.
void order_classes(span<uint32_t> class_of, uint32_t classes) {
  const scratch<uint32_t> renamed(classes);
  for (size_t c = 0; c < classes; c++) renamed[c] = none;
  uint32_t next = 0;
  for (uint32_t& c : class_of) {
    if (renamed[c] == none) renamed[c] = next++;
    c = renamed[c];
  }
}

uint32_t common_divisor(uint32_t a, uint32_t b) {
  while (b != 0) {
    const uint32_t rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

// Levels within one class, from its smallest state, and from them the period: every edge i -> j closes walks whose
// lengths differ by level[i] + 1 - level[j].
class period_search {
 public:
  period_search(const graph& g, span<const uint32_t> class_of)
      : g_(g), class_of_(class_of), level_(g.states), queue_(g.states) {
    for (size_t i = 0; i < g.states; i++) level_[i] = none;
  }

  bool seen(size_t i) const { return level_[i] != none; }

  uint32_t run(size_t root) const {
    size_t read = 0, end = 0;
    uint32_t period = 0;
    level_[root] = 0;
    queue_[end++] = static_cast<uint32_t>(root);
    while (read < end) {
      const size_t i = queue_[read++];
      for (size_t j = 0; j < g_.states; j++) {
        if (!g_.edge(i, j) || class_of_[i] != class_of_[j]) continue;
        if (level_[j] == none) {
          level_[j] = level_[i] + 1;
          queue_[end++] = static_cast<uint32_t>(j);
        }
        const uint32_t one = level_[i] + 1, other = level_[j];
        period = common_divisor(one > other ? one - other : other - one, period);
      }
    }
    return period;
  }

 private:
  const graph g_;
  const span<const uint32_t> class_of_;
  const scratch<uint32_t> level_, queue_;
};

void find_closed(const graph& g, span<const uint32_t> class_of, span<uint8_t> closed) {
  for (uint8_t& c : closed) c = 1;
  for (size_t i = 0; i < g.states; i++) {
    for (size_t j = 0; j < g.states; j++) {
      if (g.edge(i, j) && class_of[i] != class_of[j]) closed[class_of[i]] = 0;
    }
  }
}

}  // namespace

int32_t markov_normalise(span<double> matrix, uint32_t states, double tolerance) {
  const size_t tasks = (states + task_rows - 1) / task_rows;
  const scratch<int32_t> first_wrong(tasks);
  parallel_for(tasks, [&](size_t task) {
    first_wrong[task] = -1;
    const size_t end = (task + 1) * task_rows < states ? (task + 1) * task_rows : states;
    for (size_t i = task * task_rows; i < end && first_wrong[task] < 0; i++) {
      if (!normalise_row(matrix.data() + i * states, states, tolerance)) first_wrong[task] = static_cast<int32_t>(i);
    }
  });
  for (size_t task = 0; task < tasks; task++) {
    if (first_wrong[task] >= 0) return first_wrong[task];
  }
  return -1;
}

uint32_t markov_structure(span<const double> matrix, span<uint32_t> class_of, span<uint8_t> closed,
                          span<uint32_t> periods) {
  const graph g{matrix.data(), class_of.size()};
  const uint32_t classes = component_search(g, class_of.data()).run();
  order_classes(class_of, classes);
  find_closed(g, {class_of.data(), class_of.size()}, closed);
  const period_search search(g, {class_of.data(), class_of.size()});
  for (size_t i = 0; i < g.states; i++) {
    if (!search.seen(i)) periods[class_of[i]] = search.run(i);
  }
  return classes;
}

void markov_block(span<const double> matrix, span<const uint32_t> states, span<const int32_t> column_of, uint32_t width,
                  span<double> out) {
  const size_t n = column_of.size();
  parallel_for(states.size(), [&](size_t r) {
    const double* from = matrix.data() + states[r] * n;
    double* to = out.data() + r * width;
    memset(to, 0, width * sizeof(double));
    for (size_t j = 0; j < n; j++) {
      if (column_of[j] >= 0) to[column_of[j]] += from[j];
    }
  });
}

}  // namespace gibbsite::GIBBSITE_TARGET
