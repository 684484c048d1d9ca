#include "http/in_flight_limit.h"

#include "http/problem.h"

#include <utility>

namespace ferry::http {
namespace {

/// Counts down even if the handler throws.
class Place {
  public:
    explicit Place(std::atomic<std::size_t>& count) : count_(&count) {}
    Place(Place&& other) noexcept : count_(std::exchange(other.count_, nullptr)) {}
    Place& operator=(Place&&) = delete;
    ~Place() {
        if (count_ != nullptr) count_->fetch_sub(1);
    }

  private:
    std::atomic<std::size_t>* count_;
};

/// A streamed body that keeps its request's place until it is dropped.
class PlacedSource final : public BodySource {
  public:
    PlacedSource(std::shared_ptr<BodySource> source, Place place)
        : place_(std::move(place)), source_(std::move(source)) {}
    Result<std::size_t> read(std::span<char> into, Milliseconds patience) override {
        return source_->read(into, patience);
    }

  private:
    const Place place_;
    const std::shared_ptr<BodySource> source_;
};

}  // namespace

InFlightLimit::InFlightLimit(
    std::size_t in_flight_max, Milliseconds retry_after, std::function<void()> shed
)
    : in_flight_max_(in_flight_max), retry_after_(retry_after), shed_(std::move(shed)) {}

Handler InFlightLimit::wrap(Handler next) {
    return [this, next = std::move(next)](const Request& request) {
        Place place(in_flight_);
        if (in_flight_.fetch_add(1) >= in_flight_max_) {
            shed_total_.fetch_add(1);
            if (shed_) shed_();
            return problem(
                Error(ErrorCode::Unavailable, "the hub is busy; try again", retry_after_),
                request.request_id
            );
        }
        Response response = next(request);
        if (response.stream) {
            response.stream =
                std::make_shared<PlacedSource>(std::move(response.stream), std::move(place));
        }
        return response;
    };
}

}  // namespace ferry::http
