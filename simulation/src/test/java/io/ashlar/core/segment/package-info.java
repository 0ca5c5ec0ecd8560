/// Tests of the log's writer on a simulated disk.
@NullMarked
package io.ashlar.core.segment;

import org.jspecify.annotations.NullMarked;
