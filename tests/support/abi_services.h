#pragma once
// The services of the test host; only for the host's own files.

#include <ferry/ferry.h>

namespace ferry::test {

/// Of a ferry_host whose ctx is the AbiPlugin.
const void* getService(const ferry_host* host, const char* id) noexcept;

}  // namespace ferry::test
