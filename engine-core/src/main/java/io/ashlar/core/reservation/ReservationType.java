package io.ashlar.core.reservation;

import org.jspecify.annotations.Nullable;

/// What a reservation keeps from whom. Code 0 means "no reservation" in every encoding.
public enum ReservationType {
  /// Only the holder writes; all read.
  WRITE_EXCLUSIVE(1, 1),
  /// Only the holder reads and writes.
  EXCLUSIVE_ACCESS(2, 3),
  /// Only registrants write; all read.
  WRITE_EXCLUSIVE_REGISTRANTS_ONLY(3, 5),
  /// Only registrants read and write.
  EXCLUSIVE_ACCESS_REGISTRANTS_ONLY(4, 6),
  /// As [#WRITE_EXCLUSIVE_REGISTRANTS_ONLY], and every registrant is a holder.
  WRITE_EXCLUSIVE_ALL_REGISTRANTS(5, 7),
  /// As [#EXCLUSIVE_ACCESS_REGISTRANTS_ONLY], and every registrant is a holder.
  EXCLUSIVE_ACCESS_ALL_REGISTRANTS(6, 8);

  private final int nvmeCode;
  private final int scsiCode;

  ReservationType(int nvmeCode, int scsiCode) {
    this.nvmeCode = nvmeCode;
    this.scsiCode = scsiCode;
  }

  /// RTYPE, NVMe Base 2.0 figure "Reservation Type Encoding".
  public int nvmeCode() {
    return nvmeCode;
  }

  /// TYPE, SPC-4 table "Persistent reservation type codes".
  public int scsiCode() {
    return scsiCode;
  }

  public static @Nullable ReservationType ofNvme(int code) {
    for (ReservationType type : values()) {
      if (type.nvmeCode == code) {
        return type;
      }
    }
    return null;
  }

  public static @Nullable ReservationType ofScsi(int code) {
    for (ReservationType type : values()) {
      if (type.scsiCode == code) {
        return type;
      }
    }
    return null;
  }

  /// Whether hosts without access may still read.
  public boolean letsAllRead() {
    return switch (this) {
      case WRITE_EXCLUSIVE, WRITE_EXCLUSIVE_REGISTRANTS_ONLY, WRITE_EXCLUSIVE_ALL_REGISTRANTS ->
          true;
      case EXCLUSIVE_ACCESS, EXCLUSIVE_ACCESS_REGISTRANTS_ONLY, EXCLUSIVE_ACCESS_ALL_REGISTRANTS ->
          false;
    };
  }

  /// Whether every registrant has the holder's access.
  public boolean admitsRegistrants() {
    return this != WRITE_EXCLUSIVE && this != EXCLUSIVE_ACCESS;
  }

  /// Whether every registrant is a holder.
  public boolean isHeldByAll() {
    return this == WRITE_EXCLUSIVE_ALL_REGISTRANTS || this == EXCLUSIVE_ACCESS_ALL_REGISTRANTS;
  }
}
