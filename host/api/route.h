#pragma once
// One row of the API's table: what a route is called, who may call it, what it takes and gives, and
// who answers. The router and the OpenAPI document are both made from these rows and nothing else.

#include "api/caller.h"
#include "base/result.h"
#include "http/message.h"
#include "http/router.h"
#include "model/instance.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ferry::api {

/// Where every route of the table is found; patterns and the OpenAPI document begin after it.
inline constexpr std::string_view kBasePath = "/elements/api-v2";

/// One call on its way to its handler. Lives as long as the handler runs.
struct Call {
    const http::Request& request;
    const http::Params& params;
    Caller caller;                     ///< nobody, if the route asks for nobody and nobody said
    std::optional<Instance> instance;  ///< as the route's Subject says

    /// The instance of a route whose subject is one (checked).
    const Instance& theInstance() const;
};

/// Answers a call, or gives the error that becomes the answer (http/problem).
/// Threads: called by many at a time.
using ApiHandler = std::function<Result<http::Response>(const Call&)>;

/// Which instance a route is about, and so what the Element token is for. A token that is sent to
/// a route that needs none must be genuine all the same.
enum class Subject : std::uint8_t {
    None,         ///< no single one
    AnyInstance,  ///< that of the Element token if there is one, else all
    Instance,  ///< {id} of the path if the pattern has it (404 if unknown), else the token's (401)
    Account,   ///< as Instance, for calls that reach the provider: a disabled one is refused (403)
};

enum class ParameterPlace : std::uint8_t { Path, Query, Header };

struct Parameter {
    std::string name = {};
    ParameterPlace place = ParameterPlace::Query;
    std::string description = {};
    std::string type = "string";  ///< of JSON Schema; also strings, count, first page
    bool is_required = false;     ///< those of the path always are
};

/// A JSON Schema (2020-12) as text. Empty: no JSON.
struct Schema {
    std::string json = {};
};

/// A schema that is defined under this name (RouteTable::define).
Schema schemaOf(std::string_view name);
/// A list of those.
Schema listOf(std::string_view name);

/// An Answer of this status stands for all statuses that the row does not name.
inline constexpr int kAnyStatus = 0;

struct Answer {
    int status = 200;
    std::string description = {};
    Schema schema = {};
    std::string content_type = "application/json";  ///< empty: no body
    /// Names of headers beyond those that every answer has (kHeaderDescriptions in openapi.cpp).
    std::vector<std::string> headers = {};
};

/// 200 with a page of a list of those (RouteTable::define).
Answer pageOf(std::string_view name, std::string description = "A page; empty if there are none");

struct Route {
    std::string method = {};
    std::string path = {};          ///< "/instances/{id}", as http::Router takes patterns
    std::string operation_id = {};  ///< "getInstance": unique, for generated clients
    std::string summary = {};       ///< one sentence without a full stop
    std::string area = {};          ///< groups routes in the document: "instances"
    Role role = Role::Read;         ///< what the caller must have; None: no Authorization header
    /// Also without an Authorization header. One that is sent must be good all the same.
    bool is_authentication_optional = false;
    Subject subject = Subject::None;
    /// Also under /hubs/{hub}: the hub is ignored, the token says which connector is meant.
    bool is_hub_resource = false;
    std::vector<Parameter> parameters = {};
    std::optional<Schema> body = {};  ///< of the request
    bool streams_body = false;        ///< the body may be anything, and of any length
    std::vector<Answer> answers = {};
    /// Statuses of refusals beyond those that follow from the rest of the row (refusalsOf).
    std::vector<int> refusals = {};
    ApiHandler handler = {};
};

/// True if whatever the route gives, but for refusals, is JSON.
bool answersJsonAlone(const Route& route);

/// Every status that the route may refuse a call with, in order.
std::vector<int> refusalsOf(const Route& route);

}  // namespace ferry::api
