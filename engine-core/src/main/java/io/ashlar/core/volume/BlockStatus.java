package io.ashlar.core.volume;

/// How a [BlockRequest] ended. Anything but [#OK] and [#MISCOMPARE] on a write means "unknown until
/// overwritten".
public enum BlockStatus {
  /// Done, and durable if it changed anything.
  OK,
  /// The range is not within the volume.
  OUT_OF_RANGE,
  /// Offset, length or data do not fit the volume's blocks or the transfer limit.
  INVALID,
  /// Compared and found different; nothing was changed.
  MISCOMPARE,
  /// The pool has no room for this write. Reads, unmaps and deletes go on.
  NO_SPACE,
  /// The medium failed, or what it returned is not what was written; `resultBytes` tells the first
  /// bad byte's offset.
  MEDIUM_ERROR,
  /// Withdrawn by its owner before it was sequenced; it never appears.
  ABORTED,
  /// The volume is gone, or its device failed.
  OFFLINE
}
