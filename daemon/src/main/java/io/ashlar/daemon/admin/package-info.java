/// The management API over HTTP: routes, authorization, errors, metrics and health.
/// `docs/api/openapi.yaml` describes it; `OpenApiTest` holds the routes against the document.
@NullMarked
package io.ashlar.daemon.admin;

import org.jspecify.annotations.NullMarked;
