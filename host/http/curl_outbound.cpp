#include "http/curl_outbound.h"

#include "http/curl_engine.h"

#include <vector>

namespace ferry::http {

Result<std::unique_ptr<CurlOutbound>> CurlOutbound::create(CurlOutboundOptions options) {
    std::vector<std::shared_ptr<X509>> authorities;
    if (!options.extra_ca_file.empty()) {
        FERRY_TRY_ASSIGN(authorities, loadAuthorities(options.extra_ca_file));
    }
    auto engine = std::make_unique<CurlEngine>(std::move(options), std::move(authorities));
    return std::unique_ptr<CurlOutbound>(new CurlOutbound(std::move(engine)));
}

CurlOutbound::CurlOutbound(std::unique_ptr<CurlEngine> engine) : engine_(std::move(engine)) {}
CurlOutbound::~CurlOutbound() = default;

RequestHandle CurlOutbound::submit(OutboundRequest request, Completion completion) {
    return engine_->submit(std::move(request), std::move(completion));
}
void CurlOutbound::startSubmitted() {
    engine_->startSubmitted();
}
void CurlOutbound::cancel(RequestHandle handle) {
    engine_->cancel(handle);
}
void CurlOutbound::stop() {
    engine_->stop();
}
CurlOutbound::Stats CurlOutbound::stats() const {
    return engine_->stats();
}

}  // namespace ferry::http
