package io.ashlar.core.index;

/// The index's way to the device; the store implements it.
public interface PageIo {
  /// Starts to read a page. The request says from where to where, and is completed by
  /// [PageRead#complete], later and never from within this call. A page whose group is not durable
  /// yet is read when it is.
  ///
  /// @return false if it cannot be taken now; the index asks again in a later step
  boolean readPage(PageRead read);

  /// Whether so many units from sector `address` on can be on the device at all.
  boolean holds(long address, int units);

  /// Whether a page of so many units can be at sector `address`.
  boolean holdsPage(long address, int units);

  /// Appends a page to the log's META stream; it is durable later. The bytes are copied before this
  /// returns; [PageWrite#placed] is told where they will lie.
  ///
  /// @return false if it cannot be taken now; the index asks again in a later step
  boolean appendPage(PageWrite write);
}
