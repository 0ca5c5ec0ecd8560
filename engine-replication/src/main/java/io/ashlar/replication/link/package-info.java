/// Messages between two nodes in order, each exactly once, as long as both live.
@NullMarked
package io.ashlar.replication.link;

import org.jspecify.annotations.NullMarked;
