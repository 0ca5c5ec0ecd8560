/// Bounded primitives with no storage words in them. Everything else may import this package; it
/// imports nothing of ours.
@NullMarked
package io.ashlar.core.base;

import org.jspecify.annotations.NullMarked;
