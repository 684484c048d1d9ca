/* Mentions every public type of the ABI, so that the dump beside this file has all of them. Never
 * called. */
#include <ferry/ferry.h>

FERRY_EXTERN_C_BEGIN

struct ferry_abi {
    const ferry_account* account_;
    const ferry_token_set* token_set_;
    const ferry_identity* identity_;
    const ferry_call* call_;
    const ferry_setup* setup_;
    const ferry_module* module_;
    const ferry_plugin_note* plugin_note_;
    const ferry_authorize_request* authorize_request_;
    const ferry_code_exchange* code_exchange_;
    const ferry_auth_1* auth_1_;
    const ferry_fetch* fetch_;
    const ferry_changes_1* changes_1_;
    const ferry_document_ref* document_ref_;
    const ferry_document_list* document_list_;
    const ferry_document_search* document_search_;
    const ferry_document_download* document_download_;
    const ferry_document_revisions* document_revisions_;
    const ferry_documents_1* documents_1_;
    const ferry_normalize_1* normalize_1_;
    const ferry_subscribe* subscribe_;
    const ferry_subscription* subscription_;
    const ferry_subscription_1* subscription_1_;
    const ferry_webhook_1* webhook_1_;
    const ferry_host* host_;
    const ferry_http_request* http_request_;
    const ferry_http_response* http_response_;
    const ferry_webhook_request* webhook_request_;
    const ferry_webhook_reply* webhook_reply_;
    const ferry_operation* operation_;
    const ferry_notice* notice_;
    const ferry_change* change_;
    const ferry_changes* changes_;
    const ferry_page* page_;
    const ferry_object* object_;
    const ferry_index_op* index_op_;
    const ferry_event* event_;
    const ferry_storage* storage_;
    const ferry_link* link_;
    const ferry_reject* reject_;
    const ferry_sink* sink_;
    const ferry_crypto_1* crypto_1_;
    const ferry_log_1* log_1_;
    const ferry_str* str_;
    const ferry_bytes* bytes_;
    const ferry_strings* strings_;
    const ferry_field* field_;
    const ferry_fields* fields_;
    ferry_advance_fn advance_;
    ferry_drop_fn drop_;
    ferry_plugin_entry_v1_fn entry_;
    ferry_status status_;
    ferry_encoding encoding_;
    ferry_log_level log_level_;
    ferry_fetch_mode fetch_mode_;
    ferry_object_type object_type_;
    ferry_index_action index_action_;
    ferry_event_type event_type_;
    ferry_transport_error transport_error_;
};

FERRY_EXPORT int ferryAbi(const struct ferry_abi* all);
int ferryAbi(const struct ferry_abi* all) { return all == NULL; }

FERRY_EXTERN_C_END
