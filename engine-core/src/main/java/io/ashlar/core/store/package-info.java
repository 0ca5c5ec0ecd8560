/// One shard's engine, composed: volumes over the log, the index, the checkpointer and the cleaner.
/// [LogStore] is the way in. A write goes LocalVolume → WritePath → log → RecordApplier → index; a
/// read LocalVolume → ReadPath → index → device.
@NullMarked
package io.ashlar.core.store;

import org.jspecify.annotations.NullMarked;
