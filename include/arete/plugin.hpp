// Header-only help for authors of back-end plug-ins, over the C ABI of backend.h: derive from
// plugin::Session, describe the engine as make_backend() wants it, export one symbol. Uses nothing
// but the standard library. Not needed: a plug-in may implement the C ABI by hand.
//   ARETE_PLUGIN_EXPORT const arete_backend* arete_backend_api(const arete_host*) {
//     return arete::plugin::make_backend<MyEngine>();
//   }
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "arete/backend.h"
#include "arete/plugin/backend.hpp"
#include "arete/plugin/failure.hpp"
#include "arete/plugin/host.hpp"
#include "arete/plugin/options.hpp"
#include "arete/plugin/run.hpp"
#include "arete/plugin/session.hpp"
#include "arete/plugin/tensor.hpp"
