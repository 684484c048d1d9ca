#include "bench/report.h"

#include "base/json_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

namespace ferry::bench {

namespace {

std::string number(double value) {
    return value >= 1000 ? fmt::format("{:.0f}", value) : fmt::format("{:.4g}", value);
}

}  // namespace

bool Report::holds(const Figure& figure) {
    switch (figure.target) {
        case Target::None:
            return true;
        case Target::AtLeast:
            return figure.value >= figure.limit;
        case Target::Below:
            return figure.value < figure.limit;
    }
    return false;
}

void Report::add(Figure figure) {
    if (!is_json_) {
        std::string verdict = "    ";
        std::string target;
        if (figure.target != Target::None) {
            verdict = is_quick_ ? "ran " : holds(figure) ? "PASS" : "FAIL";
            target = fmt::format(
                "{} {}", figure.target == Target::AtLeast ? ">=" : "<", number(figure.limit)
            );
        }
        std::string bound;
        if (figure.bound > 0) {
            bound = fmt::format(
                "bound {}, ratio {:.2f}", number(figure.bound), figure.value / figure.bound
            );
        }
        fmt::print(
            "{} {:<28} {:>10} {:<10} {:<10} {:<28} {}\n",
            verdict,
            figure.name,
            number(figure.value),
            figure.unit,
            target,
            bound,
            figure.note
        );
        std::fflush(stdout);
    }
    figures_.push_back(std::move(figure));
}

void Report::fail(const std::string& what) {
    fmt::print(stderr, "FAIL {}\n", what);
    failures_.push_back(what);
}

void Report::heading(const std::string& text) const {
    if (is_json_) return;
    fmt::print("\n{}\n", text);
    std::fflush(stdout);
}

int Report::finish() const {
    const bool all_hold =
        is_quick_ || std::all_of(figures_.begin(), figures_.end(), &Report::holds);
    if (is_json_) {
        JsonWriter json;
        json.beginObject().field("quick", is_quick_).key("figures").beginArray();
        for (const Figure& figure : figures_) {
            json.beginObject().field("name", figure.name);
            json.key("value").number(figure.value);
            json.field("unit", figure.unit);
            if (figure.target != Target::None) {
                json.field("target", figure.target == Target::AtLeast ? "at least" : "below");
                json.key("limit").number(figure.limit);
                json.field("holds", holds(figure));
            }
            if (figure.bound > 0) {
                json.key("bound").number(figure.bound);
                json.key("ratio").number(figure.value / figure.bound);
            }
            json.field("note", figure.note).endObject();
        }
        json.endArray().key("failures").beginArray();
        for (const std::string& failure : failures_)
            json.string(failure);
        json.endArray().endObject();
        fmt::print("{}\n", json.take());
    }
    return all_hold && failures_.empty() ? 0 : 1;
}

}  // namespace ferry::bench
