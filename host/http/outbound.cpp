#include "http/outbound.h"

namespace ferry::http {

std::string_view transportErrorName(TransportError error) noexcept {
    switch (error) {
        case TransportError::None:
            return "none";
        case TransportError::Dns:
            return "dns";
        case TransportError::Connect:
            return "connect";
        case TransportError::Tls:
            return "tls";
        case TransportError::Timeout:
            return "timeout";
        case TransportError::Reset:
            return "reset";
        case TransportError::TooLarge:
            return "too_large";
        case TransportError::Refused:
            return "refused";
        case TransportError::Cancelled:
            return "cancelled";
    }
    return "unknown";
}

}  // namespace ferry::http
