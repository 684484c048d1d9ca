#include "bench/bare_curl.h"

#include "base/check.h"
#include "bench/http_load.h"

#include <curl/curl.h>

#include <vector>

namespace ferry::bench {

namespace {

std::size_t ignoreBody(char*, std::size_t size, std::size_t count, void*) {
    return size * count;
}

CURL* makePost(const std::string& url, const std::string& body, curl_slist* headers) {
    CURL* easy = curl_easy_init();
    FERRY_CHECK(easy != nullptr, "curl is unusable");
    curl_easy_setopt(easy, CURLOPT_URL, url.c_str());
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body.data());
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &ignoreBody);
    return easy;
}

}  // namespace

double barePosts(
    const std::string& url, const std::string& body, std::size_t connections, std::uint64_t count
) {
    CURLM* multi = curl_multi_init();
    curl_slist* headers = curl_slist_append(nullptr, "Content-Type: application/json");
    headers = curl_slist_append(headers, "Expect:");
    std::vector<CURL*> easies;
    const auto begin = Steady::now();
    std::uint64_t begun = 0;
    for (; easies.size() < connections && begun < count; ++begun) {
        easies.push_back(makePost(url, body, headers));
        curl_multi_add_handle(multi, easies.back());
    }
    std::uint64_t done = 0;
    bool is_good = true;
    while (done < begun && is_good) {
        int running = 0;
        is_good = curl_multi_perform(multi, &running) == CURLM_OK;
        int left = 0;
        while (const CURLMsg* message = curl_multi_info_read(multi, &left)) {
            long status = 0;
            curl_easy_getinfo(message->easy_handle, CURLINFO_RESPONSE_CODE, &status);
            is_good = is_good && message->data.result == CURLE_OK && status == 200;
            ++done;
            CURL* easy = message->easy_handle;
            curl_multi_remove_handle(multi, easy);
            if (begun == count) continue;
            ++begun;
            curl_multi_add_handle(multi, easy);
        }
        if (running > 0) curl_multi_poll(multi, nullptr, 0, 1'000, nullptr);
    }
    const std::chrono::duration<double> took = Steady::now() - begin;
    for (CURL* easy : easies) {
        curl_multi_remove_handle(multi, easy);
        curl_easy_cleanup(easy);
    }
    curl_slist_free_all(headers);
    curl_multi_cleanup(multi);
    return is_good ? static_cast<double>(done) / took.count() : 0;
}

}  // namespace ferry::bench
