/// The daemon: builds the real parts and joins them. See docs/architecture.md.
@NullMarked
package io.ashlar.daemon;

import org.jspecify.annotations.NullMarked;
