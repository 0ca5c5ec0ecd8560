/// Tests of frames: every cut, every flipped bit.
@NullMarked
package io.ashlar.replication.network.frame;

import org.jspecify.annotations.NullMarked;
