// How many records a second one core maps: declarative_map_bench CONNECTOR.yaml RECORD.json HINT
// HINT is what the hub keeps of a webhook beside its body: '{"header:x-github-event":"push"}'.
// The record is parsed and mapped, and the event given to a sink that counts. Build it with the
// release preset.

#include "config/connector_manifest.h"
#include "json.h"
#include "mapping.h"

#include <chrono>
#include <fstream>
#include <iostream>
#include <sstream>

namespace {

int events = 0;

ferry_status countEvent(const ferry_sink*, const ferry_event*) noexcept {
    ++events;
    return FERRY_OK;
}

/// A record that gives no event is no measurement: the exit status says so.
ferry_status passOver(const ferry_sink*, const ferry_index_op*) noexcept {
    return FERRY_OK;
}
ferry_status passOverRejected(const ferry_sink*, const ferry_reject*) noexcept {
    return FERRY_OK;
}

std::string contentOf(const char* path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream content;
    content << file.rdbuf();
    return content.str();
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 4) {
        std::cerr << "usage: declarative_map_bench CONNECTOR.yaml RECORD.json HINT\n";
        return 2;
    }
    ferry::config::Diagnostics findings;
    const auto manifest = ferry::config::readManifestFile(argv[1], findings);
    if (!manifest) {
        ferry::config::printDiagnostics(std::cerr, findings, ferry::config::SourceLines::Show);
        return 1;
    }
    ferry::declarative::JsonDocument settings;
    for (const auto& [name, value] : manifest->settings)
        if (name == "map" && !settings.parse(value)) return 1;
    const ferry::declarative::Mapping mapping(settings.root(), 0);
    const std::string record = contentOf(argv[2]);

    ferry_sink sink{};
    sink.struct_size = sizeof sink;
    sink.event = &countEvent;
    sink.index_op = &passOver;
    sink.reject = &passOverRejected;
    ferry::sdk::Normalizer out(&sink);
    const ferry_call raw_call{};
    const ferry::sdk::Services services;
    const ferry::sdk::Call call(&raw_call, services);
    ferry::declarative::RecordBuffers buffers;
    constexpr int kRecords = 200'000;
    for (int round = 0; round < 3; ++round) {
        events = 0;
        const auto begin = std::chrono::steady_clock::now();
        for (int i = 0; i < kRecords; ++i)
            mapping.apply(call, 0, record, argv[3], buffers, out);
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
        std::cout << record.size() << " bytes: " << static_cast<int>(kRecords / took.count())
                  << " records/s, " << took.count() / kRecords * 1e6 << " us each, " << events
                  << " events\n";
    }
    return events == kRecords ? 0 : 1;
}
