/* Plug-ins that are broken in one way each; VARIANT says which. For registry_test.
 * SPDX-License-Identifier: Apache-2.0 */
#include "arete/backend.h"

#define WRONG_VERSION 1
#define NO_SYMBOL 2
#define SHORT_TABLE 3
#define LACKING 4
#define MISNAMED 5
#define PROBE_FAILS 6
#define OFFERS_NOTHING 7

static void free_error(arete_error* error) { (void)error; }

static arete_error* refuse(void) {
  static arete_error error = {sizeof(arete_error), ARETE_UNAVAILABLE, "the accelerator is missing"};
  return &error;
}
static arete_error* probe(arete_probe* out) {
  (void)out;
  return refuse();
}
static arete_error* supports(const arete_model_source* source, const arete_load_options* options) {
  (void)source;
  (void)options;
  return refuse();
}
static arete_error* load(const arete_model_source* source, const arete_load_options* options,
                         arete_session** out) {
  (void)source;
  (void)options;
  (void)out;
  return refuse();
}
static void unload(arete_session* session) { (void)session; }
static uint32_t count(const arete_session* session, arete_direction direction) {
  (void)session;
  (void)direction;
  return 0;
}
static arete_error* describe(const arete_session* session, arete_direction direction,
                             uint32_t index, arete_tensor_info* out) {
  (void)session;
  (void)direction;
  (void)index;
  (void)out;
  return refuse();
}
static arete_error* bind(arete_session* session, arete_direction direction, uint32_t index,
                         const arete_tensor* tensor) {
  (void)session;
  (void)direction;
  (void)index;
  (void)tensor;
  return refuse();
}
static arete_error* run(arete_session* session, const arete_run_options* options) {
  (void)session;
  (void)options;
  return refuse();
}
static arete_error* output(arete_session* session, uint32_t index, arete_tensor* out) {
  (void)session;
  (void)index;
  (void)out;
  return refuse();
}

static const arete_backend table = {
    .struct_size = VARIANT == SHORT_TABLE ? 16 : sizeof(arete_backend),
    .abi_version = VARIANT == WRONG_VERSION ? 99 : ARETE_BACKEND_ABI_VERSION,
    .name = VARIANT == MISNAMED ? "somebody" : PLUGIN_NAME,
    .version = "0",
    .description = "broken",
    .formats = 0,
    .option_count = 0,
    .options = 0,
    .free_error = free_error,
    .probe = probe,
    .supports = supports,
    .load = VARIANT == LACKING ? 0 : load,
    .unload = unload,
    .count = count,
    .describe = describe,
    .bind = bind,
    .run = run,
    .output = output,
};

#if VARIANT == NO_SYMBOL
const arete_backend* another_symbol(const arete_host* host);
const arete_backend* another_symbol(const arete_host* host) {
#else
const arete_backend* arete_backend_api(const arete_host* host) {
#endif
  (void)host;
  return VARIANT == OFFERS_NOTHING ? 0 : &table;
}
