#include "api/answers.h"

namespace ferry::api {

http::Response jsonAnswer(const JsonWriter& json) {
    http::Response response;
    response.body = json.take();
    return response;
}

}  // namespace ferry::api
