/// Tests of whole nodes.
@NullMarked
package io.ashlar.daemon.node;

import org.jspecify.annotations.NullMarked;
