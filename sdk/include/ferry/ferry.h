/* Everything of the plugin ABI, for C99 and C++17 or later. Authors in C++20 include
 * <ferry/sdk.hpp> instead. */
#ifndef FERRY_FERRY_H
#define FERRY_FERRY_H

#include "abi/account.h"
#include "abi/call.h"
#include "abi/entry.h"
#include "abi/ext/auth.h"
#include "abi/ext/changes.h"
#include "abi/ext/documents.h"
#include "abi/ext/normalize.h"
#include "abi/ext/subscription.h"
#include "abi/ext/webhook.h"
#include "abi/host.h"
#include "abi/http.h"
#include "abi/operation.h"
#include "abi/records.h"
#include "abi/sink.h"
#include "abi/status.h"
#include "abi/svc/crypto.h"
#include "abi/svc/log.h"
#include "abi/types.h"

#endif
