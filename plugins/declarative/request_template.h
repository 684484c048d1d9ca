#pragma once
// A request to the provider as a connector words it: templates of its address, headers and body.

#include "body_template.h"
#include "program.h"

#include <ferry/sdk.hpp>

#include <rapidjson/document.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ferry::declarative {

/// The values of other sources, as they stand within the quotes of a JSON text.
class QuotedSources final : public Sources {
  public:
    explicit QuotedSources(const Sources& sources) : sources_(sources) {}

    Value path(const Pointer& pointer, Scratch& scratch) const override {
        return quoted(sources_.path(pointer, scratch), scratch);
    }
    Value body(const Pointer& pointer, std::string_view key, Scratch& scratch) const override {
        return quoted(sources_.body(pointer, key, scratch), scratch);
    }
    Value outside(std::string_view key, Scratch& scratch) const override {
        return quoted(sources_.outside(key, scratch), scratch);
    }
    Value word(std::string_view name, Scratch& scratch) const override {
        return quoted(sources_.word(name, scratch), scratch);
    }

  private:
    static Value quoted(Value value, Scratch& scratch);

    const Sources& sources_;
};

/// A request to the provider by its template. Immutable; any thread.
class RequestTemplate {
  public:
    RequestTemplate() = default;
    /// Throws sdk::Error INVALID.
    explicit RequestTemplate(const rapidjson::Value& settings);

    /// `url`: instead of the template's, with its query; empty: none. Throws sdk::Error INVALID,
    /// with the name of the source, if a value is missing that the address, the text of the body or
    /// the credentials need.
    sdk::Request make(const Sources& sources, std::string_view url = {}) const;

  private:
    std::string method_;
    Expression url_;
    Expression body_;  ///< one text; or else one of the next two, or none
    JsonTemplate json_;
    NamedExpressions form_;
    bool has_form_ = false;
    Expression user_;  ///< of Basic authentication
    Expression password_;
    NamedExpressions query_;
    NamedExpressions headers_;
};

}  // namespace ferry::declarative
