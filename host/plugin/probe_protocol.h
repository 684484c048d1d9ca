#pragma once
// What the hub and ferry-plugin-probe agree on.
//
// The hub starts the program once for many trials, with a socket (SOCK_SEQPACKET). For each trial
// it sends kTrialRequest with two descriptors: the plugin, and where the answer goes. The program
// forks a child for it, sends the child's pid_t (-1: there is none), and when that has ended its
// status as waitpid() gives it, an int. Forked, a trial costs a fraction of what a new program
// does, whose libraries have to be relocated first. The program ends when the hub closes the
// socket.

#include "plugin/child_process.h"

namespace ferry::plugin {

/// Where ferry-plugin-probe finds its socket.
inline constexpr int kTrialsDescriptor = 3;
inline constexpr char kTrialRequest = 't';

/// The answer of a trial: a rule name, a blank and a text; or this, if all went well.
inline constexpr char kProbeOk[] = "ok";

}  // namespace ferry::plugin
