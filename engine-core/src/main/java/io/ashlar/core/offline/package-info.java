/// Reads a device that nobody serves, and never writes to it: walks every group of every segment,
/// whatever the superblock and the checkpoint say, for inspection and for salvage.
@NullMarked
package io.ashlar.core.offline;

import org.jspecify.annotations.NullMarked;
