// What users do and what befalls everybody, by the seed.

#include "simulation/simulation.h"

#include <fmt/format.h>

#include <array>

namespace ferry::test {
namespace {

constexpr std::int64_t kHour = 3'600'000;

constexpr std::array kListingFaults{
    demo::FaultKind::EmptyPageWithMore,
    demo::FaultKind::OneEntryPage,
    demo::FaultKind::LimitOvershoot,
    demo::FaultKind::ChildBeforeParent,
    demo::FaultKind::DuplicatePage,
    demo::FaultKind::UnknownTag,
    demo::FaultKind::UnknownFields,
    demo::FaultKind::NullPaths,
    demo::FaultKind::WrongParentCase,
    demo::FaultKind::HtmlBody,
    demo::FaultKind::NotJson,
    demo::FaultKind::ServerError,
    demo::FaultKind::RateLimit,
    demo::FaultKind::TruncateBody,
    demo::FaultKind::ResetConnection,
    demo::FaultKind::EndlessBody,
};

constexpr std::array kNoticeFaults{
    demo::FaultKind::DropNotice,
    demo::FaultKind::DuplicateNotice,
    demo::FaultKind::WrongSignature,
    demo::FaultKind::MissingSignature,
    demo::FaultKind::ShortSignature,
    demo::FaultKind::SpacedBody,
    demo::FaultKind::OnlyDelta,
    demo::FaultKind::TeamsForm,
    demo::FaultKind::EmptyBody,
    demo::FaultKind::AccountTwice,
    demo::FaultKind::UnknownAccount,
};

}  // namespace

void Simulation::act() {
    if (options_.is_stormy && random_.below(4) == 0) {
        misfortune();
        return;
    }
    FileActor& actor = actors_[random_.below(actors_.size())];
    const std::string done = actor.act();
    trace("user of " + actor.account().substr(0, 10) + ": " + done);
}

void Simulation::misfortune() {
    const TimePoint now = clock_.now();
    switch (random_.below(8)) {
        case 0:
            network_->weather.is_provider_down = true;
            provider_back_at_ = now + Milliseconds(random_.below(2) == 0 ? kHour : 60'000);
            trace("the provider is down");
            break;
        case 1:
            (random_.below(2) == 0 ? network_->weather.is_receiver_down
                                   : network_->weather.is_receiver_stuck) = true;
            receiver_back_at_ =
                now + Milliseconds(static_cast<std::int64_t>(random_.below(6 * kHour)));
            trace("the receiver is down or stuck");
            break;
        case 2:
            network_->weather.provider_faults = random_.unit() * 0.4;
            network_->weather.receiver_faults = random_.unit() * 0.4;
            notice_faults_ = random_.unit() * 0.6;
            trace("the network is bad");
            break;
        case 3:
        case 4:
            providerMisfortune();
            break;
        default:
            machineMisfortune();
            break;
    }
}

void Simulation::providerMisfortune() {
    const Customer& customer = customers_[random_.below(customers_.size())];
    const std::string& account = customer.account;
    switch (random_.below(9)) {
        case 0:
            provider_->expireAccessTokens(account);
            trace("access tokens expire");
            break;
        case 1:
            provider_->expireCursors(account);
            trace("cursors are reset");
            break;
        case 2:
            provider_->faults().nextNotice(kNoticeFaults[random_.below(kNoticeFaults.size())], 3);
            trace("odd notices");
            break;
        case 3:
            provider_->setNoticesOn(false);
            notices_back_at_ = clock_.now() + Milliseconds(random_.below(kHour));
            trace("no notices are sent");
            break;
        case 4:
            provider_->holdDelta(account);
            held_.insert(account);
            trace("the feed lags");
            break;
        case 5:
            if (random_.below(4) == 0) {
                static_cast<void>(provider_->joinTeam(account, "Late team"));
                trace("an account joins a team");
            }
            break;
        case 6:
            if (random_.below(4) == 0) {
                for (Customer& other : customers_) {
                    const bool is_it =
                        other.account == account && other.app_key == customer.app_key;
                    if (is_it) other.is_revoked = true;
                }
                provider_->unlink(customer.app_key, account);
                trace(customer.name + ": the user revokes the app");
            }
            break;
        case 7:
            if (!hub_) break;
            static_cast<void>(hub_->store().cursors().request(
                customer.id, store::CursorRequest::Resync, hub_->now()
            ));
            if (random_.below(2) == 0) hub_->interrupt(customer.id);
            trace(customer.name + ": somebody resets the cursor");
            break;
        default:
            provider_->faults().nextListing(
                kListingFaults[random_.below(kListingFaults.size())],
                static_cast<int>(1 + random_.below(4))
            );
            trace("odd listings");
            break;
    }
}

void Simulation::machineMisfortune() {
    switch (random_.below(6)) {
        case 0:
        case 1:
            crash_in_ = random_.below(60);
            crashes_after_effect_ = random_.below(2) == 0;
            trace("the process will crash in the middle of something");
            break;
        case 2:
            if (hub_) crash();
            break;
        case 3:
            if (hub_) {
                trace("orderly stop");
                hub_->shutDown();
                crash();
            }
            break;
        case 4:
            store_faults_ = random_.unit() * 0.5;
            store_good_at_ = clock_.now() + Milliseconds(random_.below(300'000));
            trace("the store fails now and then");
            break;
        default: {
            const auto by = static_cast<std::int64_t>(random_.below(6 * kHour)) - 3 * kHour;
            clock_.shiftWall(Milliseconds(by));
            trace(fmt::format("the wall clock jumps by {} s", by / 1000));
            break;
        }
    }
}

void Simulation::endMisfortunes() {
    const TimePoint now = clock_.now();
    if (now >= provider_back_at_) network_->weather.is_provider_down = false;
    if (now >= receiver_back_at_) {
        network_->weather.is_receiver_down = false;
        network_->weather.is_receiver_stuck = false;
    }
    if (now >= store_good_at_) store_faults_ = 0;
    if (now >= notices_back_at_ && notices_back_at_ != TimePoint()) {
        provider_->setNoticesOn(true);
        notices_back_at_ = TimePoint();
    }
    for (auto at = held_.begin(); at != held_.end();) {
        if (random_.below(200) == 0 || is_healed_) {
            provider_->releaseDelta(*at);
            at = held_.erase(at);
        } else {
            ++at;
        }
    }
}

}  // namespace ferry::test
