package io.ashlar.core.index;

import org.agrona.DirectBuffer;

/// One page to be appended. Owned and reused by the index; the fields are valid during
/// [PageIo#appendPage].
public final class PageWrite {
  /// Whose tree the page is of.
  public int layer;

  /// 0 for a leaf.
  public int level;

  /// The page's number within its level: the first block it covers, divided by what it covers.
  public long page;

  /// Highest write id of all entries below.
  public long highestWriteId;

  /// Holds the bytes from its start on.
  public final DirectBuffer bytes;

  /// How many bytes: whole units.
  public int lengthBytes;

  long address;
  int generation;

  PageWrite(DirectBuffer bytes) {
    this.bytes = bytes;
  }

  /// Says where the page will lie. Called from within [PageIo#appendPage] when it takes the page.
  public void placed(long address, int generation) {
    this.address = address;
    this.generation = generation;
  }
}
