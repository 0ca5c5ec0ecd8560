/// The management API: the records that travel as JSON, the codes of its errors, and a client on
/// the JDK's own HTTP. `docs/api/openapi.yaml` describes the same in OpenAPI; a test in the daemon
/// holds the two together.
///
/// The API is additive within `/api/v1`: the client ignores fields that it does not know, the
/// server refuses them, so that a misspelt field is never lost in silence.
@NullMarked
package io.ashlar.control;

import org.jspecify.annotations.NullMarked;
