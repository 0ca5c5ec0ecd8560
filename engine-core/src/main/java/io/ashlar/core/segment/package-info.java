/// The append-only log of one lane: segments and their states, groups, the writer that makes them
/// durable in order, and the window through which recovery, the cleaner and offline tools read them
/// back.
@NullMarked
package io.ashlar.core.segment;

import org.jspecify.annotations.NullMarked;
