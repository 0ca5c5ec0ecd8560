package io.ashlar.initiator.nvme.command;

/// The reservation types (NVM Express Base Specification 2.0 §8.19).
public enum ReservationType {
  NONE(0),
  WRITE_EXCLUSIVE(1),
  EXCLUSIVE_ACCESS(2),
  WRITE_EXCLUSIVE_REGISTRANTS_ONLY(3),
  EXCLUSIVE_ACCESS_REGISTRANTS_ONLY(4),
  WRITE_EXCLUSIVE_ALL_REGISTRANTS(5),
  EXCLUSIVE_ACCESS_ALL_REGISTRANTS(6);

  private final int code;

  ReservationType(int code) {
    this.code = code;
  }

  public int code() {
    return code;
  }

  /// @throws IllegalArgumentException for a code the specification does not define
  static ReservationType of(int code) {
    for (ReservationType each : values()) {
      if (each.code == code) {
        return each;
      }
    }
    throw new IllegalArgumentException("The controller names reservation type " + code + ".");
  }
}
