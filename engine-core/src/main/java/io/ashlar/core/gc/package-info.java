/// The cleaner: copies what still lives out of segments that are mostly dead, so that they become
/// free. Blocks move as they are, sealed; no key is needed.
@NullMarked
package io.ashlar.core.gc;

import org.jspecify.annotations.NullMarked;
