/// The atomic root of a lane: two superblock slots, and the checkpoint that the newer one names. A
/// checkpoint is the merged index's roots, the segment table and the volumes, written to the META
/// stream in pieces.
@NullMarked
package io.ashlar.core.checkpoint;

import org.jspecify.annotations.NullMarked;
