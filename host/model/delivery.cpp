#include "model/delivery.h"

namespace ferry {

std::string_view deliveryStateName(DeliveryState state) noexcept {
    switch (state) {
        case DeliveryState::Waiting:
            return "waiting";
        case DeliveryState::Delivered:
            return "delivered";
        case DeliveryState::Dead:
            return "dead";
    }
    return "dead";
}

}  // namespace ferry
