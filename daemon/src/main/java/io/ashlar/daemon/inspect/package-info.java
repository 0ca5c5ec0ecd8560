/// `ashlar inspect`: explains a pool file or device without a node, and checks it.
@NullMarked
package io.ashlar.daemon.inspect;

import org.jspecify.annotations.NullMarked;
