/// The block index of one lane: layer and block to the block's place and checksum.
///
/// Changes go to the [delta table][io.ashlar.core.index.DeltaTable]; everything older is in a radix
/// tree of 4 KiB pages per layer, of which a [cache][io.ashlar.core.index.PageCache] of fixed size
/// holds some. A [merge][io.ashlar.core.index.IndexMerge] moves a frozen generation of the delta
/// table into new pages beside the old ones; lookups see the old tree and the frozen generation
/// until all roots change at once. The [reaper][io.ashlar.core.index.Reaper] walks subtrees that
/// were unlinked as a whole and takes them off the segments' counts.
///
/// One thread owns an index. It waits for nothing: what needs a page that is not in memory answers
/// `PENDING` and wakes a [waiter][io.ashlar.core.index.Waiter].
@NullMarked
package io.ashlar.core.index;

import org.jspecify.annotations.NullMarked;
