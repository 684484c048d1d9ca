#pragma once
// The areas of the API: each adds its rows to the table. `parts` outlives the table.

#include "api/api_parts.h"
#include "api/instance_changes.h"
#include "api/route_table.h"

#include <functional>
#include <memory>
#include <string_view>

namespace ferry::api {

/// The API about itself: the OpenAPI document, and schemas that all areas use.
void addServiceRoutes(RouteTable& table, const ApiParts& parts);
/// Who has the API key of this name. Errors: as for a wrong Authorization header, also in how often
/// they may happen.
using Login = std::function<Result<Caller>(std::string_view name, const Secret& key)>;
/// Secrets for those who log in. `organization` is the organization secret.
void addAuthenticationRoutes(RouteTable& table, const Login& login, const Secret& organization);
/// The catalogue of connectors.
void addElementRoutes(RouteTable& table, const ApiParts& parts);
/// Where users consent, for callers who lead them there.
void addOauthUrlRoutes(RouteTable& table, const ApiParts& parts);
/// Instances: making, reading, changing and removing them.
using ChangesPtr = std::shared_ptr<InstanceChanges>;
void addInstanceRoutes(RouteTable& table, const ApiParts& parts, const ChangesPtr& changes);
/// What there is to ask of an instance.
void addInstanceDescriptionRoutes(RouteTable& table, const ApiParts& parts);
/// Events: lists, single ones, what became of them, one delivered again.
void addEventRoutes(RouteTable& table, const ApiParts& parts);
/// How many events there were.
void addAnalyticsRoutes(RouteTable& table, const ApiParts& parts);
/// Deliveries, as the original's notifications.
void addDeliveryRoutes(RouteTable& table, const ApiParts& parts);
/// What callbacks tell, by topic.
void addNotificationRoutes(RouteTable& table, const ApiParts& parts);
/// What callers send to topics.
void addTopicNotificationRoutes(RouteTable& table, const ApiParts& parts);
/// Who gets callbacks, as the original's subscriptions.
void addSubscriptionRoutes(RouteTable& table, const ApiParts& parts, const ChangesPtr& changes);
/// Events of a time range delivered again.
void addReplayRoutes(RouteTable& table, const ApiParts& parts);
/// Positions in providers' feeds.
void addCursorRoutes(RouteTable& table, const ApiParts& parts);

/// What the hub has loaded.
void addPluginRoutes(RouteTable& table, const ApiParts& parts);

/// The last calls of the API.
void addUsageRoutes(RouteTable& table, const ApiParts& parts);

/// What the account says for all its instances.
void addAccountRoutes(RouteTable& table, const ApiParts& parts);

/// Public keys for those who receive callbacks.
void addWebhookKeyRoutes(RouteTable& table, const ApiParts& parts);

class ConnectorRoutes;
/// Calls that reach the provider: whether the token is good, documents, their revisions, the proxy.
void addPingRoute(RouteTable& table, ConnectorRoutes& routes, const ApiParts& parts);
void addDocumentRoutes(RouteTable& table, ConnectorRoutes& routes);
void addRevisionRoutes(RouteTable& table, ConnectorRoutes& routes);
void addProxyRoutes(ConnectorRoutes& routes, const ApiParts& parts);

}  // namespace ferry::api
