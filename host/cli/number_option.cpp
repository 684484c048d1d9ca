#include "cli/number_option.h"

#include "base/number_text.h"
#include "base/utf8.h"

#include <fmt/format.h>

namespace ferry::cli {

CLI::Validator idOf(const std::string& listing) {
    // What CLI11 reads itself may be octal or hexadecimal, and ends at the greatest number.
    const auto fault = [listing](const std::string& text) -> std::string {
        const bool is_decimal = text.find_first_not_of("0123456789") == text.npos &&
                                !text.empty() && text.front() != '0';
        if (is_decimal && parseInteger(text)) return {};
        return fmt::format(
            "'{}' is no ID: IDs are numbers, and shown by '{}'",
            toPrintable(text.substr(0, 80)),
            listing
        );
    };
    return CLI::Validator(fault, std::string());
}

}  // namespace ferry::cli
