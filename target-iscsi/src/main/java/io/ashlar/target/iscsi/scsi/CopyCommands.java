package io.ashlar.target.iscsi.scsi;

import io.ashlar.core.volume.BlockOperation;
import io.ashlar.core.volume.BlockVolume;
import io.ashlar.core.volume.VolumeGeometry;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/// EXTENDED COPY (LID1) and RECEIVE COPY RESULTS (SPC-4 §6.4, §6.19): the store copies, no data
/// cross the network.
final class CopyCommands {
  static final int COPY_STATUS = 0x00;
  static final int OPERATING_PARAMETERS = 0x03;

  private static final int LIST_ID_OFFSET = 2;
  private static final int STATUS_BYTES = 12;
  private static final int COMPLETED = 1;
  private static final int FAILED = 2;
  private static final int PARAMETERS_BYTES = 46;

  private CopyCommands() {}

  static void copy(ScsiTask task) {
    if (task.dataOutBytes == 0) {
      task.good();
      return;
    }
    Sense fault = fault(task);
    if (fault != null) {
      task.fail(fault);
      return;
    }
    task.step = 0;
    task.cursor = 0;
    copyNext(task);
  }

  /// What is wrong with the list as a whole, or null.
  private static @Nullable Sense fault(ScsiTask task) {
    UnsafeBuffer list = task.data;
    if (task.dataOutReceived < ExtendedCopyParameters.HEADER_BYTES) {
      return Sense.PARAMETER_LIST_LENGTH_ERROR;
    }
    int targets = ExtendedCopyParameters.targetsBytes(list);
    long segments = ExtendedCopyParameters.segmentsBytes(list);
    long described = targets + segments;
    if (described > ExtendedCopyParameters.DESCRIPTORS_BYTES_MAX
        || ExtendedCopyParameters.inlineBytes(list) != 0
        || described > task.dataOutReceived - ExtendedCopyParameters.HEADER_BYTES) {
      return Sense.PARAMETER_LIST_LENGTH_ERROR;
    }
    if (targets > ExtendedCopyParameters.TARGETS_MAX * ExtendedCopyParameters.TARGET_BYTES) {
      return Sense.TOO_MANY_TARGET_DESCRIPTORS;
    }
    if (segments > ExtendedCopyParameters.SEGMENTS_MAX * ExtendedCopyParameters.SEGMENT_BYTES) {
      return Sense.TOO_MANY_SEGMENT_DESCRIPTORS;
    }
    for (int i = 0; i < targets / ExtendedCopyParameters.TARGET_BYTES; i++) {
      int type = ExtendedCopyParameters.typeAt(list, ExtendedCopyParameters.target(i));
      if (type != ExtendedCopyParameters.TARGET_BY_DESIGNATOR) {
        return Sense.UNSUPPORTED_TARGET_DESCRIPTOR;
      }
    }
    for (int i = 0; i < segments(task); i++) {
      int type = ExtendedCopyParameters.typeAt(list, ExtendedCopyParameters.segment(list, i));
      if (type != ExtendedCopyParameters.SEGMENT_BLOCK_TO_BLOCK) {
        return Sense.UNSUPPORTED_SEGMENT_DESCRIPTOR;
      }
    }
    boolean isWhole =
        targets % ExtendedCopyParameters.TARGET_BYTES == 0
            && segments % ExtendedCopyParameters.SEGMENT_BYTES == 0;
    return isWhole ? null : Sense.PARAMETER_LIST_LENGTH_ERROR;
  }

  private static int segments(ScsiTask task) {
    // one that ends too early counts too: its type, if not supported, is told before its length
    long bytes = ExtendedCopyParameters.segmentsBytes(task.data);
    return Math.ceilDiv((int) bytes, ExtendedCopyParameters.SEGMENT_BYTES);
  }

  private static void copyNext(ScsiTask task) {
    UnsafeBuffer list = task.data;
    if (task.step == segments(task)) {
      remember(task, true);
      task.good();
      return;
    }
    int segment = ExtendedCopyParameters.segment(list, task.step);
    BlockVolume source = volume(task, ExtendedCopyParameters.source(list, segment));
    BlockVolume destination = volume(task, ExtendedCopyParameters.destination(list, segment));
    if (source == null || destination == null) {
      remember(task, false);
      task.fail(Sense.COPY_TARGET_NOT_REACHABLE);
      return;
    }
    copySegment(task, segment, source, destination);
  }

  private static void copySegment(
      ScsiTask task, int segment, BlockVolume source, BlockVolume destination) {
    UnsafeBuffer list = task.data;
    VolumeGeometry from = source.geometry();
    VolumeGeometry to = destination.geometry();
    long bytes = (long) ExtendedCopyParameters.blocks(list, segment) * from.logicalBlockBytes();
    long sourceLba = ExtendedCopyParameters.sourceLba(list, segment);
    long destinationLba = ExtendedCopyParameters.destinationLba(list, segment);
    boolean fits =
        isWithin(from, sourceLba, bytes)
            && isWithin(to, destinationLba, bytes)
            && from.logicalBlockBytes() == to.logicalBlockBytes();
    boolean allowed =
        source.reservations().mayRead(task.nexus().host())
            && destination.reservations().mayWrite(task.nexus().host());
    if (!fits || !allowed) {
      remember(task, false);
      task.fail(Sense.COPY_ABORTED);
      return;
    }
    task.step++;
    task.cursor += bytes;
    if (bytes == 0) {
      copyNext(task);
      return;
    }
    task.request.source = source;
    task.request.sourceOffsetBytes = sourceLba * from.logicalBlockBytes();
    task.submitTo(
        destination,
        BlockOperation.COPY,
        destinationLba * to.logicalBlockBytes(),
        bytes,
        CopyCommands::copyNext);
  }

  private static boolean isWithin(VolumeGeometry geometry, long lba, long bytes) {
    return lba >= 0
        && lba <= geometry.logicalBlocks()
        && geometry.contains(lba * geometry.logicalBlockBytes(), bytes);
  }

  /// The volume of the target descriptor with this index; null if there is none that is in reach.
  private static @Nullable BlockVolume volume(ScsiTask task, int index) {
    UnsafeBuffer list = task.data;
    int count = ExtendedCopyParameters.targetsBytes(list) / ExtendedCopyParameters.TARGET_BYTES;
    if (index >= count) {
      return null;
    }
    int target = ExtendedCopyParameters.target(index);
    if (!ExtendedCopyParameters.isNaa(list, target)) {
      return null;
    }
    long naa = ExtendedCopyParameters.naa(list, target);
    LogicalUnit own = task.unit();
    return naa == own.identity().naa() ? own.volume() : own.host().find(naa, task.nexus());
  }

  private static void remember(ScsiTask task, boolean succeeded) {
    int listId = ExtendedCopyParameters.listId(task.data);
    task.nexus().lastCopy(new CopyResult(listId, succeeded, task.step, task.cursor));
  }

  /// ```
  /// | length (4) | HDD·status | segments (2) | units | count (4) |
  /// ```
  static void copyStatus(ScsiTask task) {
    CopyResult last = task.nexus().lastCopy();
    if (last == null || last.listId() != Cdb.getByte(task.cdb, LIST_ID_OFFSET)) {
      task.failCdbField(LIST_ID_OFFSET);
      return;
    }
    UnsafeBuffer out = task.data;
    out.setMemory(0, STATUS_BYTES, (byte) 0);
    Wire.putInt(out, 0, STATUS_BYTES - 4);
    out.putByte(4, (byte) (last.succeeded() ? COMPLETED : FAILED));
    Wire.putShort(out, 5, last.segments());
    // units of 1 KiB keep any sum of segments within four bytes
    out.putByte(7, (byte) 1);
    Wire.putInt(out, 8, (int) (last.bytes() / 1024));
    PrimaryCommands.answer(task, STATUS_BYTES);
  }

  /// ```
  /// | length (4) | SNLID | 0 (3) | targets (2) | segments (2) | descriptors' bytes (4) |
  ///   0            4       5       8             10             12
  /// | segment bytes (4) | inline (4) | held (4) | stream (4) | copies (2) | concurrent | granularity |
  ///   16                  20           24         28           34           36           37
  /// | … | 0 (3) | codes' length | codes |
  ///         40    43              44
  /// ```
  static void operatingParameters(ScsiTask task) {
    UnsafeBuffer out = task.data;
    out.setMemory(0, PARAMETERS_BYTES, (byte) 0);
    Wire.putInt(out, 0, PARAMETERS_BYTES - 4);
    Wire.putShort(out, 8, ExtendedCopyParameters.TARGETS_MAX);
    Wire.putShort(out, 10, ExtendedCopyParameters.SEGMENTS_MAX);
    Wire.putInt(out, 12, ExtendedCopyParameters.DESCRIPTORS_BYTES_MAX);
    Wire.putInt(out, 16, 0xFFFF * task.unit().geometry().logicalBlockBytes());
    Wire.putShort(out, 34, 1);
    out.putByte(36, (byte) 1);
    out.putByte(37, (byte) Integer.numberOfTrailingZeros(VolumeGeometry.BLOCK_BYTES));
    out.putByte(43, (byte) 2);
    out.putByte(44, (byte) ExtendedCopyParameters.SEGMENT_BLOCK_TO_BLOCK);
    out.putByte(45, (byte) ExtendedCopyParameters.TARGET_BY_DESIGNATOR);
    PrimaryCommands.answer(task, PARAMETERS_BYTES);
  }
}
