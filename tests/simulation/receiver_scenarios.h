#pragma once
// The table of what receivers do, and what the hub makes of it.

#include "simulation/scenario_receiver.h"

#include <map>
#include <ostream>
#include <string>
#include <vector>

namespace ferry::test {

enum class EndState {
    Delivered,  ///< all of them
    Dead,       ///< the first one; the callback is on, and the others were delivered
    Disabled,   ///< the first one is dead, and the callback is switched off
    Waiting,    ///< the first one
};

struct Scenario {
    std::string name;
    std::vector<Phase> receiver;
    /// Seconds since the start at which attempts of the first delivery came.
    std::vector<double> attempts;
    EndState end = EndState::Delivered;
    /// Error classes of its attempts in the log; the last one for all that follow. Empty: success.
    std::vector<std::string> classes = {""};
    std::map<std::string, std::string> settings = {};  ///< without `event.notification.`
    int deliveries = 1;                                ///< due at the start
    double spread = 0;  ///< part of each wait by which attempts may be early or late
    std::chrono::seconds until = std::chrono::hours(24 * 4);
    std::vector<std::chrono::seconds> restarts = {};  ///< the hub is killed and comes back
    /// When the last delivery has arrived at the latest; 0: it does not matter.
    std::chrono::seconds all_by{0};
};

inline std::ostream& operator<<(std::ostream& out, const Scenario& scenario) {
    return out << scenario.name;
}

std::vector<Scenario> receiverScenarios();

}  // namespace ferry::test
