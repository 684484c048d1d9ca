#pragma once
// The same work for many things, on all processors.

#include <cstddef>
#include <functional>

namespace ferry {

/// Calls `work(i)` once for each i below `count`, in any order and several at a time; returns when
/// all are done. `work` must not throw. Threads: any; with one processor or one thing to do, this
/// one alone.
void forEachInParallel(std::size_t count, const std::function<void(std::size_t)>& work);

}  // namespace ferry
