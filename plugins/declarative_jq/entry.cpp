// The plugin that maps records by a program of jq. All else of such a connector is done by the
// plugin 'declarative', which needs no libjq.

#include "emission.h"
#include "jq_program.h"
#include "json.h"
#include "record_sources.h"
#include "told_reader.h"

#include <ferry/sdk.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace ferry::declarative {
namespace {

Jv valueOf(const Value& value) {
    switch (value.kind) {
        case Value::Kind::Text:
            return Jv::text(value.text);
        case Value::Kind::Number:
        case Value::Kind::Bool:
            return parseExactly(value.text).value_or(Jv(jv_null()));
        default:
            return Jv(jv_null());
    }
}

class DeclarativeJq : public sdk::Plugin {
  public:
    explicit DeclarativeJq(const sdk::SetupView& setup) {
        const ParsedSettings settings(setup.settings().find("jq").value_or(""));
        const rapidjson::Value& jq = settings.root();
        std::vector<std::string> names;
        if (jq.IsObject() && jq.HasMember("values") && jq["values"].IsObject()) {
            for (const auto& entry : jq["values"].GetObject()) {
                names.emplace_back(entry.name.GetString(), entry.name.GetStringLength());
                values_.emplace_back(entry.value);
            }
        }
        program_ = std::make_unique<JqProgram>(
            textAt(jq, "program"), names, numberAt(jq, "line", unsigned{1})
        );
        const auto polling = setup.settings().find("polling");
        if (!polling) return;
        tolerance_ms_ = numberAt(ParsedSettings(*polling).root(), "tolerance_ms", tolerance_ms_);
    }

    void normalize(
        const sdk::Call& call,
        const sdk::AccountView&,
        const sdk::ChangesView& changes,
        sdk::Normalizer& out
    ) const {
        RecordBuffers buffers;
        for (std::size_t i = 0; i < changes.size(); ++i)
            apply(call, i, changes[i], changes.hint(i), buffers, out);
    }

  private:
    void apply(
        const sdk::Call& call,
        std::size_t change,
        std::string_view record,
        std::string_view hint,
        RecordBuffers& buffers,
        sdk::Normalizer& out
    ) const {
        std::optional<Jv> input = parseExactly(record);
        if (!input || !buffers.record.parse(record))
            return out.reject(change, "the record is no JSON, or nested too deep");
        buffers.hint.parseOrNull(hint);
        const RecordSources sources(buffers.record.root(), buffers.hint.root());
        Scratch scratch;
        const Telling telling{call, change, record, sources, scratch, tolerance_ms_, out};
        try {
            tell(outputsFor(telling, std::move(*input)), telling);
        } catch (const sdk::Error& error) {
            out.reject(change, error.what(), error.status());
        }
    }

    std::vector<Jv> outputsFor(const Telling& telling, Jv input) const {
        jv values = jv_array();
        for (const Expression& value : values_)
            values = jv_array_append(
                values, valueOf(value.evaluate(telling.sources, telling.scratch)).release()
            );
        return program_->run(telling.call, std::move(input), Jv(values));
    }

    /// All that a record gives, or nothing of it.
    static void tell(const std::vector<Jv>& outputs, const Telling& telling) {
        std::vector<Told> events;
        for (std::size_t i = 0; i < outputs.size(); ++i) {
            if (outputs[i].kind() == JV_KIND_NULL) continue;
            auto told = readTold(outputs[i], telling.scratch);
            if (const auto* what = std::get_if<std::string>(&told))
                throw sdk::Error::malformed("jq: output " + std::to_string(i + 1) + ": " + *what);
            events.push_back(std::get<Told>(told));
        }
        if (events.empty()) return telling.out.ignore(telling.change);
        for (const Told& told : events)
            emit(told, telling);
    }

    std::unique_ptr<const JqProgram> program_;
    std::vector<Expression> values_;
    std::int64_t tolerance_ms_ = 0;
};

}  // namespace
}  // namespace ferry::declarative

FERRY_PLUGIN(ferry::declarative::DeclarativeJq, "declarative_jq", "1.0.0");
