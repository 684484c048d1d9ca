#pragma once
// Everything the author of a plugin includes. The contract is in sdk/README.md.

#include <ferry/call.hpp>
#include <ferry/error.hpp>
#include <ferry/export.hpp>
#include <ferry/hooks.hpp>
#include <ferry/http.hpp>
#include <ferry/normalizer.hpp>
#include <ferry/records.hpp>
#include <ferry/task.hpp>
#include <ferry/views.hpp>
