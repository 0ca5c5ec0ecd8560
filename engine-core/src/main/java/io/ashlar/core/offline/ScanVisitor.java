package io.ashlar.core.offline;

import io.ashlar.core.segment.GroupWindow;
import io.ashlar.core.segment.Stream;

/// Hears what [SegmentScan] finds in a segment, from its start to its end.
public interface ScanVisitor {
  /// A group with a sound header; all of it lies in the window. Its payloads are not checked yet.
  void onGroup(int segment, int offset, Stream stream, GroupWindow window);

  /// Bytes between two groups of one life of the segment that are no group: one or more groups were
  /// here and cannot be read.
  void onLost(int segment, int offset, int bytes);

  /// After the last group something begins that was a group header of this life: a torn tail, or
  /// damage.
  ///
  /// @param sequence what the header says, not to be relied on
  void onBrokenEnd(int segment, int offset, long sequence);

  /// The device refused to be read there.
  void onUnreadable(int segment, int offset, int bytes);
}
