// Goal: the log of attempts says why one failed, how the answer began, and when the next one is.
// Method: a worker in memory whose requests the test answers; what it hands to the store.

#include "unit/pipeline/delivery_worker_fixture.h"

namespace ferry::pipeline {
namespace {

using http::TransportError;

class DeliveryAttemptLog : public DeliveryWorkerFixture {
  protected:
    /// The outcome of one attempt that is answered so.
    AttemptOutcome outcomeOf(http::OutboundResponse response) {
        addDelivery();
        settle();
        outbound_.complete(std::move(response));
        settle();
        return deliveries_.recorded.back();
    }

    static http::OutboundResponse answer(int status, std::string body) {
        http::OutboundResponse response = test::FakeOutbound::answer(status);
        response.body = std::move(body);
        return response;
    }
};

TEST_F(DeliveryAttemptLog, KeepsTheFirstKilobyteOfARefusal) {
    const AttemptOutcome outcome = outcomeOf(answer(500, std::string(2'000, 'x')));

    EXPECT_EQ(outcome.error_class, "status");
    EXPECT_EQ(outcome.answer, std::string(1'024, 'x'));
    EXPECT_EQ(outcome.planned_at, outcome.next_attempt_at);
    EXPECT_GT(outcome.planned_at, clock_.now());
}

TEST_F(DeliveryAttemptLog, KeepsLittleOfAnAnswerThatTookTheCallback) {
    const AttemptOutcome outcome = outcomeOf(answer(200, "<html>" + std::string(2'000, 'x')));

    EXPECT_EQ(outcome.error_class, "");
    EXPECT_EQ(outcome.answer, "<html>" + std::string(122, 'x'));
    EXPECT_EQ(outcome.planned_at, TimePoint());
}

TEST_F(DeliveryAttemptLog, MakesUtf8OfWhatIsNoneAndStaysWithinTheBound) {
    const AttemptOutcome outcome = outcomeOf(answer(500, std::string(2'000, '\xff')));

    std::string want;
    for (int i = 0; i < 1'024 / 3; ++i)
        want += "\xEF\xBF\xBD";
    EXPECT_EQ(outcome.answer, want);
    EXPECT_EQ(outcomeOf(answer(500, "a\xc3")).answer, "a\xEF\xBF\xBD");
}

TEST_F(DeliveryAttemptLog, SaysWhyNoAnswerCame) {
    http::OutboundResponse response;
    response.error = TransportError::Timeout;

    const AttemptOutcome outcome = outcomeOf(response);

    EXPECT_EQ(outcome.error_class, "timeout");
    EXPECT_EQ(outcome.answer, "");
}

TEST_F(DeliveryAttemptLog, TheLastAttemptHasNoNext) {
    options_.schedule.delays = {};

    const AttemptOutcome outcome = outcomeOf(answer(500, ""));

    EXPECT_EQ(outcome.state, DeliveryState::Dead);
    EXPECT_EQ(outcome.planned_at, TimePoint());
}

}  // namespace
}  // namespace ferry::pipeline
