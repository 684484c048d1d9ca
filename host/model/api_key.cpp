#include "model/api_key.h"

namespace ferry {

std::string_view apiRoleName(ApiRole role) noexcept {
    switch (role) {
        case ApiRole::None:
            return "none";
        case ApiRole::Read:
            return "read";
        case ApiRole::Write:
            return "write";
    }
    return "none";
}

}  // namespace ferry
