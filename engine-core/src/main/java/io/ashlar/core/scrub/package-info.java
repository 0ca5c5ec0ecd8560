/// The scrubber: reads all that lives on a device, slowly, so that damage is found while there may
/// still be a copy elsewhere.
@NullMarked
package io.ashlar.core.scrub;

import org.jspecify.annotations.NullMarked;
