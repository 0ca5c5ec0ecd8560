package io.ashlar.core.index;

import org.jspecify.annotations.Nullable;

/// One page to be read. Owned and reused by the index; the store's between [PageIo#readPage] and
/// [#complete].
public final class PageRead {
  /// The sector at which the page starts.
  public long address;

  /// Generation of the segment around it.
  public int generation;

  /// How many units to read.
  public int units;

  /// Where the bytes go: off-heap, aligned to 4096, with room for a whole page.
  public long memoryAddress;

  /// The store's own while the request is with it.
  public @Nullable PageRead next;

  /// The store's own while the request is with it.
  public @Nullable Object attachment;

  final int slot;
  int frame;

  private final PageCache cache;

  PageRead(PageCache cache, int slot) {
    this.cache = cache;
    this.slot = slot;
  }

  /// Ends the request. The index verifies the bytes itself.
  ///
  /// @param isRead whether the bytes are in memory; false if the device failed or the segment has
  ///   another generation by now
  public void complete(boolean isRead) {
    cache.onRead(this, isRead);
  }
}
