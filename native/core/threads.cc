// A process-wide pool for fork-join loops of some 50 us, so that waking up must not cost more than the work: a worker
// spins for a moment after each job before it sleeps, and tasks are handed out by one atomic counter.
#include "core/threads.h"

#if defined(__wasm__)

namespace gibbsite {

void run_tasks(size_t count, void (*task)(void* context, size_t i), void* context) {
  for (size_t i = 0; i < count; i++) task(context, i);
}
int thread_count() { return 1; }
void set_thread_count(int) {}

}  // namespace gibbsite

#else

#include <atomic>
#include <chrono>
#include <thread>

#if defined(_WIN32)
#include <process.h>
#else
#include <pthread.h>
#endif

#if defined(__x86_64__) && defined(__GLIBC__) && !defined(__clang_analyzer__)
// glibc 2.34 gave pthread_create a new version; the old one is the same function and lets the addon load on older
// systems.
__asm__(".symver pthread_create, pthread_create@GLIBC_2.2.5");
#endif

namespace gibbsite {
namespace {

using task_function = void (*)(void* context, size_t i);

constexpr int max_threads = 256;
// Kernels keep tiles of some hundred kilobytes on the stack; musl's threads have 128 KiB unless asked.
constexpr size_t stack_bytes = size_t{2} << 20;
constexpr auto spin_time = std::chrono::microseconds(80);

inline void pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

// Spins until done() or until the time is over, whichever comes first. On a busy machine the core is given to whoever
// waits for it: that may be the thread we wait for.
template <class Done>
bool spin_until(const Done& done) {
  const auto end = std::chrono::steady_clock::now() + spin_time;
  do {
    for (int i = 0; i < 64; i++) {
      if (done()) return true;
      pause();
    }
    std::this_thread::yield();
  } while (std::chrono::steady_clock::now() < end);
  return done();
}

class pool {
 public:
  void run(size_t count, task_function task, void* context);
  int threads() const;
  void set_threads(int count) { requested_.store(count, std::memory_order_relaxed); }

 private:
  static constexpr uint32_t open_bit = 0x80000000u;

  static void work(pool* self);
  static bool start_worker(pool* self);
  void add_workers(uint32_t wanted);
  void take_tasks();
  void enter_job();
  void close_job();

  // Set by whoever runs a job. Others who come meanwhile, a task included, run their loop serially: they are on a core
  // of their own already.
  alignas(64) std::atomic<bool> busy_{false};
  std::atomic<int> requested_{0};
  uint32_t workers_ = 0;  // guarded by busy_, as is the job
  std::atomic<bool> spinning_{true};

  task_function task_ = nullptr;
  void* context_ = nullptr;
  size_t count_ = 0;
  uint32_t helpers_ = 0;  // workers this job may have

  alignas(64) std::atomic<size_t> next_{0};
  alignas(64) std::atomic<uint32_t> job_{0};     // counts jobs; workers sleep on it
  alignas(64) std::atomic<uint32_t> inside_{0};  // workers inside the job, and open_bit while they may enter
};

// Asking the system costs more than a short job.
int hardware_threads() {
  static const int cores = [] {
    const unsigned found = std::thread::hardware_concurrency();
    return found == 0 ? 1 : found > max_threads ? max_threads : static_cast<int>(found);
  }();
  return cores;
}

int pool::threads() const {
  const int requested = requested_.load(std::memory_order_relaxed);
  return requested <= 0 ? hardware_threads() : requested > max_threads ? max_threads : requested;
}

void pool::take_tasks() {
  for (size_t i; (i = next_.fetch_add(1, std::memory_order_relaxed)) < count_;) task_(context_, i);
}

// The job's fields may be read between the two changes of inside_, because its owner waits for the second.
void pool::enter_job() {
  const uint32_t before = inside_.fetch_add(1, std::memory_order_acquire);
  if ((before & open_bit) != 0 && (before & ~open_bit) < helpers_) take_tasks();
  if (inside_.fetch_sub(1, std::memory_order_release) == 1) inside_.notify_one();
}

void pool::close_job() {
  inside_.fetch_and(~open_bit, std::memory_order_acquire);
  const auto empty = [this] { return inside_.load(std::memory_order_acquire) == 0; };
  if (spin_until(empty)) return;
  for (uint32_t left; (left = inside_.load(std::memory_order_acquire)) != 0;)
    inside_.wait(left, std::memory_order_acquire);
}

void pool::work(pool* self) {
  uint32_t seen = 0;
  for (;;) {
    const auto called = [&] { return self->job_.load(std::memory_order_acquire) != seen; };
    const bool spun = self->spinning_.load(std::memory_order_relaxed) && spin_until(called);
    if (!spun) self->job_.wait(seen, std::memory_order_acquire);
    seen = self->job_.load(std::memory_order_acquire);
    self->enter_job();
  }
}

// False when the system has no thread left to give. Workers are never joined: they own nothing, and the pool outlives
// them (the library is linked with -z nodelete, so its code does too).
bool pool::start_worker(pool* self) {
#if defined(_WIN32)
  const auto main = [](void* context) -> unsigned { return work(static_cast<pool*>(context)), 0; };
  const uintptr_t handle = _beginthreadex(nullptr, 0, main, self, 0, nullptr);
  return handle != 0;
#else
  const auto main = [](void* context) -> void* { return work(static_cast<pool*>(context)), nullptr; };
  pthread_attr_t attributes;
  if (pthread_attr_init(&attributes) != 0) return false;
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  pthread_attr_setstacksize(&attributes, stack_bytes);
  pthread_t thread;
  const int error = pthread_create(&thread, &attributes, main, self);
  pthread_attr_destroy(&attributes);
  return error == 0;
#endif
}

void pool::add_workers(uint32_t wanted) {
  while (workers_ < wanted && start_worker(this)) workers_++;
}

void pool::run(size_t count, task_function task, void* context) {
  const int threads = this->threads();
  if (count < 2 || threads < 2 || busy_.exchange(true, std::memory_order_acquire)) {
    for (size_t i = 0; i < count; i++) task(context, i);
    return;
  }
  helpers_ = static_cast<uint32_t>(count < static_cast<size_t>(threads) ? count : threads) - 1;
  add_workers(helpers_);
  task_ = task, context_ = context, count_ = count;
  next_.store(0, std::memory_order_relaxed);
  // Spinning on more threads than cores would take the time from those that work.
  spinning_.store(threads <= hardware_threads(), std::memory_order_relaxed);
  inside_.fetch_or(open_bit, std::memory_order_release);
  job_.fetch_add(1, std::memory_order_release);
  if (helpers_ >= workers_) {
    job_.notify_all();
  } else {
    for (uint32_t i = 0; i < helpers_; i++) job_.notify_one();
  }
  take_tasks();
  close_job();
  busy_.store(false, std::memory_order_release);
}

// Initialised by the linker and without a destructor: workers may still look at it while the process ends.
constinit pool shared_pool;

}  // namespace

void run_tasks(size_t count, task_function task, void* context) { shared_pool.run(count, task, context); }
int thread_count() { return shared_pool.threads(); }
void set_thread_count(int count) { shared_pool.set_threads(count); }

}  // namespace gibbsite

#endif
