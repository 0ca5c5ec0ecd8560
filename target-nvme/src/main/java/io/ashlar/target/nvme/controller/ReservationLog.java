package io.ashlar.target.nvme.controller;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.ashlar.core.reservation.ReservationNotice;
import io.ashlar.target.nvme.subsystem.Subsystem;
import java.util.ArrayDeque;
import org.agrona.concurrent.UnsafeBuffer;

/// Notices about reservations that a host has not read yet (Base 2.0, 5.16.1.27), oldest first.
/// When full, the oldest is lost; the count on the next page shows the gap.
///
/// ```
/// 0            8      9            12     16       64
/// +------------+------+-----------+--+------+- … -+
/// | page count | type | more pages|  | nsid |     |
/// +------------+------+-----------+--+------+- … -+
/// ```
final class ReservationLog {
  private static final int PAGE_BYTES = 64;
  private static final int TYPE_OFFSET = Long.BYTES;
  private static final int AVAILABLE_OFFSET = TYPE_OFFSET + Byte.BYTES;
  private static final int NAMESPACE_OFFSET = 12;
  private static final int NOTICES_MAX = 64;

  private final ArrayDeque<ReservationNotice> notices = new ArrayDeque<>();
  private long lastCount;

  /// Adds a notice.
  void add(ReservationNotice notice) {
    if (notices.size() == NOTICES_MAX) {
      notices.remove();
    }
    notices.add(notice);
    lastCount++;
  }

  boolean isEmpty() {
    return notices.isEmpty();
  }

  /// The page of the oldest notice; all zero if there is none.
  UnsafeBuffer page() {
    UnsafeBuffer page = new UnsafeBuffer(new byte[PAGE_BYTES]);
    ReservationNotice oldest = notices.peek();
    if (oldest != null) {
      page.putLong(0, lastCount - notices.size() + 1, LITTLE_ENDIAN);
      page.putByte(TYPE_OFFSET, (byte) codeOf(oldest));
      page.putByte(AVAILABLE_OFFSET, (byte) (notices.size() - 1));
      page.putInt(NAMESPACE_OFFSET, Subsystem.NAMESPACE_ID, LITTLE_ENDIAN);
    }
    return page;
  }

  /// The oldest was read.
  void remove() {
    notices.poll();
  }

  /// The notice's type, which is also its bit in the notification mask feature.
  static int codeOf(ReservationNotice notice) {
    return switch (notice) {
      case REGISTRATION_PREEMPTED -> 1;
      case RESERVATION_RELEASED -> 2;
      case RESERVATION_PREEMPTED -> 3;
    };
  }
}
