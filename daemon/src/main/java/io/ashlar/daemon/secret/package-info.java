/// Files that hold secrets: made at first start for their owner only, refused when others can read
/// them.
@NullMarked
package io.ashlar.daemon.secret;

import org.jspecify.annotations.NullMarked;
