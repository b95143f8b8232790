// The pool: every task exactly once, whoever calls, from however many threads.
#include "core/threads.h"

#include <doctest/doctest.h>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

using namespace gibbsite;
using gibbsite::GIBBSITE_TARGET::parallel_for;

namespace {

// Not atomic on purpose: a task that two threads take, or a return before the last task, is a race for TSan to see.
bool every_task_once(size_t count) {
  std::vector<int> calls(count, 0);
  parallel_for(count, [&](size_t i) { calls[i]++; });
  for (const int n : calls) {
    if (n != 1) return false;
  }
  return true;
}

struct restore_threads {
  ~restore_threads() { set_thread_count(0); }
};

}  // namespace

TEST_CASE("every task runs once, whatever the number of threads") {
  restore_threads restore;
  for (const int threads : {1, 2, 3, 8, 40, 2}) {
    set_thread_count(threads);
    for (const size_t count : {0, 1, 2, 3, 7, 100, 1000}) CHECK(every_task_once(count));
  }
}

TEST_CASE("many short jobs") {
  restore_threads restore;
  set_thread_count(4);
  bool all = true;
  for (int job = 0; job < 5000; job++) all = all && every_task_once(1 + job % 9);
  CHECK(all);
}

TEST_CASE("jobs after the workers fell asleep") {
  restore_threads restore;
  set_thread_count(4);
  bool all = true;
  for (int job = 0; job < 50; job++) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    all = all && every_task_once(16);
  }
  CHECK(all);
}

TEST_CASE("a task may itself start a loop") {
  restore_threads restore;
  set_thread_count(3);
  std::vector<int> calls(64, 0);
  parallel_for(8, [&](size_t i) { parallel_for(8, [&](size_t j) { calls[8 * i + j]++; }); });
  for (const int n : calls) CHECK(n == 1);
}

TEST_CASE("many callers at once, while the number of threads changes") {
  restore_threads restore;
  std::atomic<int> failures{0};
  std::atomic<bool> stop{false};
  std::vector<std::thread> callers;
  for (int caller = 0; caller < 8; caller++) {
    callers.emplace_back([&, caller] {
      for (int job = 0; job < 400; job++) failures += !every_task_once(1 + (job + caller) % 50);
    });
  }
  std::thread changer([&] {
    for (int n = 1; !stop; n = n % 6 + 1) set_thread_count(n), std::this_thread::yield();
  });
  for (std::thread& caller : callers) caller.join();
  stop = true;
  changer.join();
  CHECK(failures == 0);
}

TEST_CASE("the number of threads is from 1 to 256, and 0 restores the cores") {
  restore_threads restore;
  const int cores = thread_count();
  CHECK(cores >= 1);
  set_thread_count(7);
  CHECK(thread_count() == 7);
  set_thread_count(100000);
  CHECK(thread_count() == 256);
  set_thread_count(0);
  CHECK(thread_count() == cores);
}
