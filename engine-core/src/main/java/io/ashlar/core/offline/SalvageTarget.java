package io.ashlar.core.offline;

import org.agrona.DirectBuffer;

/// Where salvaged volumes go.
public interface SalvageTarget {
  /// A block with data. Blocks that are not told are zeroes.
  ///
  /// @param block its 4 KiB at `offset`
  void onBlock(SalvagedVolume volume, long lba, DirectBuffer block, int offset);

  /// A step of the work, for people who wait.
  void onProgress(String sentence);
}
