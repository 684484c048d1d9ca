// Goal: notices are signed, joined, repeated and given up as the real service does, and every
// wrong form of them can be had. Method: by hand on the test's clock; once with real sockets.

#include "demo/fake_dropbox/notice_body.h"
#include "unit/demo/fake_fixture.h"
#include "unit/demo/loopback.h"

namespace ferry::demo {
namespace {

constexpr const char* kHook = "http://127.0.0.1:1/hook";

FakeDropboxOptions withDelay() {
    FakeDropboxOptions options;
    options.webhooks.coalesce_delay = Milliseconds(100);
    options.webhooks.retry_first = Milliseconds(1000);
    options.webhooks.retry_window = Milliseconds(10'000);
    return options;
}

class Webhooks : public FakeFixture {
  protected:
    Webhooks() : FakeFixture(withDelay()) { EXPECT_TRUE(fake.setWebhookUris(app.key, {kHook})); }
    void change() { (void)fake.putFile(account, "/a.txt", "x"); }
    std::vector<Notice> notices() {
        clock.advance(Milliseconds(100));
        return fake.takeNotices();
    }
    /// Only notice after a change with this fault.
    Notice noticeWith(FaultKind kind) {
        fake.faults().nextNotice(kind);
        change();
        const auto taken = notices();
        EXPECT_EQ(taken.size(), 1U);
        return taken.empty() ? Notice{} : taken.front();
    }
    static std::string signatureOf(const Notice& notice) {
        for (const auto& [name, value] : notice.headers) {
            if (name == "X-Dropbox-Signature") return value;
        }
        return {};
    }
};

TEST_F(Webhooks, ChangesWithinTheDelayShareOneSignedNotice) {
    const std::string other = fake.addAccount("Bob", "bob@example.com");
    (void)fake.link(app.key, other);
    for (int i = 0; i < 50; ++i)
        change();
    (void)fake.putFile(other, "/b.txt", "x");
    EXPECT_TRUE(fake.takeNotices().empty());
    const auto taken = notices();

    ASSERT_EQ(taken.size(), 1U);
    Json body;
    body.Parse(taken[0].body.data(), taken[0].body.size());
    ASSERT_EQ(body["list_folder"]["accounts"].Size(), 2U);
    EXPECT_EQ(body["list_folder"]["accounts"][0].GetString(), account);
    EXPECT_EQ(account.size(), 40U);
    EXPECT_EQ(signatureOf(taken[0]), noticeSignature(app.secret, taken[0].body));
    EXPECT_TRUE(notices().empty());
}

TEST_F(Webhooks, WhatADrainDoesNotShowYetIsToldWhenItEnds) {
    (void)fake.putFile(account, "/a.txt", "x");
    const Json listed = parsed(call("files/list_folder", R"({"path":"","recursive":true})"));
    const std::string cursor = listed["cursor"].GetString();
    (void)fake.splitMove(account, "/a.txt", "/b.txt", Break::Drain);
    EXPECT_EQ(notices().size(), 1U);
    const Json first = parsed(callContinue(cursor));
    EXPECT_FALSE(first["has_more"].GetBool());
    EXPECT_EQ(notices().size(), 1U) << "the second half comes later";
    const Json second = parsed(callContinue(first["cursor"].GetString()));
    EXPECT_EQ(second["entries"].Size(), 1U);
    EXPECT_TRUE(notices().empty());
}

TEST_F(Webhooks, TellEachAppWithItsOwnSecretAndNobodyElse) {
    App second;
    second.webhook_uris = {kHook};
    second = fake.addApp(second);
    (void)fake.link(second.key, account);
    (void)fake.putFile(fake.addAccount("Eve", "eve@example.com"), "/e.txt", "x");
    change();
    const auto taken = notices();
    ASSERT_EQ(taken.size(), 2U);
    EXPECT_NE(signatureOf(taken[0]), signatureOf(taken[1]));
    fake.unlink(second.key, account);
    change();
    EXPECT_EQ(notices().size(), 1U);
}

TEST_F(Webhooks, RefusedNoticesComeAgainWithBackOffUntilTheWindowEnds) {
    change();
    auto taken = notices();
    std::vector<std::int64_t> waits;
    while (!taken.empty()) {
        ASSERT_EQ(taken.size(), 1U);
        fake.noticeAnswered(taken[0], 500);
        Milliseconds waited{0};
        for (taken.clear(); taken.empty() && waited < std::chrono::minutes(1);) {
            clock.advance(Milliseconds(500));
            waited += Milliseconds(500);
            taken = fake.takeNotices();
        }
        if (!taken.empty()) waits.push_back(waited.count());
    }
    EXPECT_EQ(waits, (std::vector<std::int64_t>{1000, 2000, 4000}));
    EXPECT_EQ(fake.noticeCounts().given_up, 1U);
}

TEST_F(Webhooks, CanBeMissedRepeatedAndBurst) {
    fake.faults().nextNotice(FaultKind::DropNotice);
    change();
    EXPECT_TRUE(notices().empty());
    fake.setNoticesOn(false);
    change();
    EXPECT_TRUE(notices().empty());
    fake.setNoticesOn(true);
    fake.faults().nextNotice(FaultKind::DuplicateNotice);
    change();
    EXPECT_EQ(notices().size(), 2U);
    fake.notify(app.key, account, 100);
    EXPECT_EQ(notices().size(), 100U);
}

TEST_F(Webhooks, ComeInEveryWrongForm) {
    const auto right = [&](const Notice& notice) {
        return noticeSignature(app.secret, notice.body);
    };
    const Notice wrong = noticeWith(FaultKind::WrongSignature);
    EXPECT_EQ(signatureOf(wrong).size(), 64U);
    EXPECT_NE(signatureOf(wrong), right(wrong));
    EXPECT_EQ(signatureOf(noticeWith(FaultKind::MissingSignature)), "");
    EXPECT_EQ(signatureOf(noticeWith(FaultKind::ShortSignature)).size(), 62U);
    const Notice upper = noticeWith(FaultKind::UpperCaseSignature);
    EXPECT_NE(signatureOf(upper), right(upper));
    EXPECT_EQ(noticeWith(FaultKind::EmptyBody).body, "{}");
    EXPECT_EQ(noticeWith(FaultKind::OnlyDelta).body.find("list_folder"), std::string::npos);
    const Notice spaced = noticeWith(FaultKind::SpacedBody);
    EXPECT_NE(spaced.body.find("\":  "), std::string::npos);
    EXPECT_EQ(signatureOf(spaced), right(spaced));
    const Json twice = [&] {
        Json json;
        const std::string body = noticeWith(FaultKind::AccountTwice).body;
        json.Parse(body.data(), body.size());
        return json;
    }();
    EXPECT_EQ(twice["list_folder"]["accounts"].Size(), 2U);
    EXPECT_NE(noticeWith(FaultKind::TeamsForm).body.find("dbtid:"), std::string::npos);
    EXPECT_NE(noticeWith(FaultKind::UnknownAccount).body.find("nobody"), std::string::npos);
}

class RealWebhooks : public testing::Test {
  protected:
    RealWebhooks() : fake(options(), clock) {
        App spec;
        spec.webhook_uris = {receiver.url()};
        app = fake.addApp(spec);
        account = fake.addAccount("Ada", "ada@example.com");
        (void)fake.link(app.key, account);
    }
    static FakeDropboxOptions options() {
        FakeDropboxOptions made;
        made.webhooks.retry_first = Milliseconds(10);
        return made;
    }

    SystemClock clock;
    Receiver receiver;
    FakeDropbox fake;
    App app;
    std::string account;
};

TEST_F(RealWebhooks, ArePostedAgainAfterARefusal) {
    receiver.answerNext("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n");
    ASSERT_TRUE(fake.start());
    (void)fake.putFile(account, "/a.txt", "x");
    const auto requests = receiver.waitFor(2);
    ASSERT_EQ(requests.size(), 2U);
    EXPECT_TRUE(requests[0].starts_with("POST /hook HTTP/1.1\r\n"));
    const auto bodyOf = [](const std::string& text) { return text.substr(text.find("\r\n\r\n")); };
    EXPECT_EQ(bodyOf(requests[0]), bodyOf(requests[1]));
    EXPECT_NE(requests[1].find("X-Dropbox-Signature: "), std::string::npos);
}

TEST_F(RealWebhooks, StopDoesNotWaitForAReceiverThatHangs) {
    receiver.answerNext("");
    ASSERT_TRUE(fake.start());
    (void)fake.putFile(account, "/a.txt", "x");
    ASSERT_EQ(receiver.waitFor(1).size(), 1U);
    const auto before = std::chrono::steady_clock::now();
    fake.stop();
    EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(5));
}

TEST_F(RealWebhooks, VerificationWantsTheChallengeAsPlainText) {
    const std::string challenge = "<script>&=%" + std::string(190, 'c');
    const auto response = [](const std::string& headers, const std::string& body) {
        return "HTTP/1.1 200 OK\r\n" + headers + "Content-Length: " + std::to_string(body.size()) +
               "\r\n\r\n" + body;
    };
    const std::string good = "Content-Type: text/plain\r\nX-Content-Type-Options: nosniff\r\n";
    receiver.answerNext(response(good, challenge));
    EXPECT_TRUE(fake.verifyWebhook(receiver.url(), challenge));
    EXPECT_NE(
        receiver.waitFor(1)[0].find("GET /hook?challenge=%3Cscript%3E%26%3D%25ccc"),
        std::string::npos
    );
    receiver.answerNext(response(good, "{\"challenge\":\"x\"}"));
    EXPECT_FALSE(fake.verifyWebhook(receiver.url(), challenge));
    receiver.answerNext(response("Content-Type: text/html\r\n", challenge));
    EXPECT_FALSE(fake.verifyWebhook(receiver.url(), challenge));
    EXPECT_EQ(fake.verifyWebhook("ftp://x/", "c").error().code, ErrorCode::InvalidArgument);
}

}  // namespace
}  // namespace ferry::demo
