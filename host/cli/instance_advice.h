#pragma once
// What a person does about an instance that does not run, or whose callback is left alone.

#include "cli/instance_list.h"
#include "model/instance.h"

#include <string>

namespace ferry::cli {

/// About the instance's state; empty if nothing is needed.
std::string whatToDo(const Instance& instance, const ListContext& context);

/// The command that makes its deliveries wait again, and its callback be sent to.
std::string askAgainCommand(const Instance& instance);

}  // namespace ferry::cli
