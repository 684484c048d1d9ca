#include "cli/connector_quality.h"

#include "base/crypto.h"
#include "base/encoding.h"
#include "cli/connector_samples.h"
#include "config/declarative_reader.h"
#include "config/source_text.h"

#include <fmt/format.h>
#include <rapidjson/document.h>

#include <algorithm>
#include <filesystem>

namespace ferry::cli {

namespace {

namespace fs = std::filesystem;
using config::ConnectorManifest;

QualityCheck judged(std::string_view name, bool is_good, std::string why) {
    return {name, is_good ? Grade::Pass : Grade::Fail, std::move(why)};
}

/// Where samples and records are: the folder that goes with a connector without code, or that of a
/// plugin.
fs::path folderOf(const ConnectorManifest& manifest) {
    const fs::path beside = fs::path(manifest.source).parent_path();
    return manifest.plugin == config::kDeclarativePlugin ? beside / manifest.key : beside;
}

QualityCheck documentation(const ConnectorManifest& manifest) {
    const bool has_url = !manifest.documentation_url.empty();
    const bool has_date = !manifest.documentation_date_read.empty();
    if (!has_url) return judged("docs", false, "'documentation' has no url");
    if (!has_date) return judged("docs", false, "'documentation' has no date_read");
    return judged(
        "docs", true, manifest.documentation_url + ", read " + manifest.documentation_date_read
    );
}

QualityCheck parameters(const ConnectorManifest& manifest) {
    for (const config::Field& field : manifest.parameters.fields()) {
        if (field.title.empty() || field.description.empty()) {
            return judged("parameters", false, field.key + " has no name or description");
        }
        const auto ends = [&](std::string_view end) { return field.key.ends_with(end); };
        const bool is_credential =
            ends("secret") || ends("password") || ends("token") || ends("apikey");
        if (is_credential && !field.is_secret) {
            return judged("parameters", false, field.key + " is not marked as secret");
        }
    }
    return judged("parameters", true, fmt::format("{}", manifest.parameters.fields().size()));
}

/// `verified` becomes how many of them are signed, and verified.
QualityCheck samples(
    const ConnectorManifest& manifest,
    pipeline::Provider* provider,
    SampleClock& clock,
    std::size_t& verified
) {
    if (provider == nullptr) return judged("samples", false, "its plugin does not load");
    if (manifest.plugin != config::kDeclarativePlugin) {
        return {"samples", Grade::NotNeeded, "it has code: ferry-plugin-check runs its fixtures"};
    }
    const fs::path folder = folderOf(manifest) / "samples";
    const std::vector<fs::path> files = sampleFiles(folder);
    std::size_t events = 0;
    for (const fs::path& file : files) {
        const auto outcome = runSample(*provider, clock, file);
        const std::string name = file.filename().string();
        if (!outcome) return judged("samples", false, name + ": " + outcome.error().message);
        if (!outcome->problems.empty())
            return judged("samples", false, name + ": " + outcome->problems.front());
        events += outcome->events.size();
        if (outcome->is_verified) ++verified;
    }
    if (files.empty()) return judged("samples", false, "there are none in " + folder.string());
    return judged("samples", events > 0, fmt::format("{} give {} events", files.size(), events));
}

/// What a test has found: good for the manifest that it was found with, and no other.
QualityCheck recorded(
    std::string_view name, const char* member, const ConnectorManifest& manifest
) {
    const fs::path file = folderOf(manifest) / "verified.json";
    const auto text = config::readFileBounded(file, config::kFileBytesMax);
    if (!text) return judged(name, false, "no test has recorded it in " + file.string());
    rapidjson::Document record;
    record.Parse<rapidjson::kParseIterativeFlag>(text->data(), text->size());
    const auto textAt = [&](const char* key) -> std::string {
        if (!record.IsObject()) return {};
        const auto found = record.FindMember(key);
        const bool is_text = found != record.MemberEnd() && found->value.IsString();
        return is_text ? found->value.GetString() : "";
    };
    if (record.HasParseError()) return judged(name, false, file.string() + " is no JSON");
    if (textAt(member).empty()) return judged(name, false, "no test has verified it");
    const auto source = config::readFileBounded(manifest.source, config::kFileBytesMax);
    if (!source || textAt("sha256") != hexEncode(asText(sha256(*source))))
        return judged(name, false, "the connector was changed since it was verified");
    return judged(name, true, textAt(member));
}

QualityCheck authorization(const ConnectorManifest& manifest) {
    const bool is_free = std::all_of(
        manifest.profiles.begin(),
        manifest.profiles.end(),
        [](const config::AuthenticationProfile& profile) { return profile.key == "none"; }
    );
    if (is_free) return {"auth verified", Grade::NotNeeded, "it needs no authorization"};
    return recorded("auth verified", "authorization", manifest);
}

/// A signed sample is run now; a record says what more a test has found.
QualityCheck webhook(const ConnectorManifest& manifest, std::size_t verified_samples) {
    if (manifest.webhook == config::WebhookScope::None)
        return {"webhook verified", Grade::NotNeeded, "it has no webhooks"};
    QualityCheck check = recorded("webhook verified", "webhook", manifest);
    if (check.grade == Grade::Pass || verified_samples == 0) return check;
    return judged(
        check.name,
        true,
        fmt::format("signed samples: {}, refused with another secret", verified_samples)
    );
}

/// Cursors that end and limits of requests are met only where the provider is asked for changes.
QualityCheck feed(std::string_view name, const char* member, const ConnectorManifest& manifest) {
    const auto& methods = manifest.event_methods;
    const bool is_asked = manifest.plugin != config::kDeclarativePlugin ||
                          std::find(methods.begin(), methods.end(), "polling") != methods.end();
    if (!is_asked) return {name, Grade::NotNeeded, "the provider is not asked for changes"};
    return recorded(name, member, manifest);
}

}  // namespace

std::string_view gradeName(Grade grade) noexcept {
    return grade == Grade::Pass ? "pass" : grade == Grade::Fail ? "FAIL" : "-";
}

std::vector<QualityCheck> qualityOf(
    const ConnectorManifest& manifest, pipeline::Provider* provider, SampleClock& clock
) {
    std::size_t verified = 0;
    QualityCheck sampled = samples(manifest, provider, clock, verified);
    return {
        documentation(manifest),
        parameters(manifest),
        std::move(sampled),
        authorization(manifest),
        webhook(manifest, verified),
        feed("reset handled", "reset", manifest),
        feed("rate limits handled", "rate_limits", manifest)};
}

}  // namespace ferry::cli
