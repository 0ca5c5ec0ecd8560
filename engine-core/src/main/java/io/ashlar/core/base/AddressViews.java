package io.ashlar.core.base;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import org.agrona.collections.Long2ObjectHashMap;
import org.jspecify.annotations.Nullable;

/// Lends `ByteBuffer`s over raw addresses to the JDK's and LZ4's methods that take nothing else,
/// without making one per call. Each view covers a whole window of the address space, mapped or
/// not, and is kept: a process touches few windows. One thread's own.
///
/// A view grants access to any address. Callers check their bounds first.
public final class AddressViews {
  /// The longest range that one view is sure to cover, wherever it starts.
  public static final int RANGE_BYTES_MAX = 1 << 29;

  private static final int WINDOW_BITS = 30;
  private static final long WINDOW_BYTES = 1L << WINDOW_BITS;

  /// Keeps the lowest view from starting at address 0, which native code takes for "no buffer". No
  /// system maps its first page.
  private static final long ADDRESS_MIN = 4096;

  private final Long2ObjectHashMap<ByteBuffer> views = new Long2ObjectHashMap<>();
  private long lastWindow = -1;
  private @Nullable ByteBuffer lastView;

  /// The view in which `address` lies at the index [#indexOf]. Its position and limit are whatever
  /// the last user left.
  public ByteBuffer viewOf(long address) {
    long window = address >>> WINDOW_BITS;
    ByteBuffer view = lastView;
    if (view == null || window != lastWindow) {
      view = views.get(window);
      if (view == null) {
        view = newView(window);
        views.put(window, view);
      }
      lastWindow = window;
      lastView = view;
    }
    return view;
  }

  /// Where `address` lies in its view.
  public static int indexOf(long address) {
    return (int) (address - startOf(address >>> WINDOW_BITS));
  }

  private static long startOf(long window) {
    return Math.max(window << WINDOW_BITS, ADDRESS_MIN);
  }

  private static ByteBuffer newView(long window) {
    long bytes = WINDOW_BYTES + RANGE_BYTES_MAX;
    return MemorySegment.ofAddress(startOf(window)).reinterpret(bytes).asByteBuffer();
  }
}
