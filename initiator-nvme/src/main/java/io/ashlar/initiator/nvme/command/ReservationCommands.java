package io.ashlar.initiator.nvme.command;

import java.nio.ByteBuffer;

/// The reservation commands (NVM Express Base Specification 2.0 §7.2 to §7.5). Register and Acquire
/// carry two keys as data, Release one.
public final class ReservationCommands {
  public static final int REGISTER = 0x0D;
  public static final int REPORT = 0x0E;
  public static final int ACQUIRE = 0x11;
  public static final int RELEASE = 0x15;

  public static final int KEYS_LENGTH = 2 * Long.BYTES;

  private static final int IGNORE_EXISTING_KEY = 1 << 3;
  private static final int EXTENDED_DATA = 1;

  private ReservationCommands() {}

  /// What Register does to the host's registration.
  public enum Registration {
    REGISTER(0),
    UNREGISTER(1),
    REPLACE(2);

    private final int code;

    Registration(int code) {
      this.code = code;
    }
  }

  /// What Acquire does.
  public enum Acquisition {
    ACQUIRE(0),
    PREEMPT(1),
    PREEMPT_AND_ABORT(2);

    private final int code;

    Acquisition(int code) {
      this.code = code;
    }
  }

  /// What Release does.
  public enum ReleaseAction {
    RELEASE(0),
    CLEAR(1);

    private final int code;

    ReleaseAction(int code) {
      this.code = code;
    }
  }

  /// Change Persist Through Power Loss: bits 31 and 30 of Register's dword 10.
  public enum Persistence {
    UNCHANGED(0),
    LOST_ON_POWER_LOSS(2),
    KEPT_THROUGH_POWER_LOSS(3);

    private final int code;

    Persistence(int code) {
      this.code = code;
    }
  }

  public static void register(
      SubmissionEntry entry, int nsid, Registration action, Persistence persistence) {
    entry.begin(REGISTER, nsid).dword(10, action.code | (persistence.code << 30));
  }

  /// Registers whatever key is registered now.
  public static void registerIgnoringKey(SubmissionEntry entry, int nsid, Registration action) {
    entry.begin(REGISTER, nsid).dword(10, action.code | IGNORE_EXISTING_KEY);
  }

  public static void acquire(
      SubmissionEntry entry, int nsid, Acquisition action, ReservationType type) {
    entry.begin(ACQUIRE, nsid).dword(10, action.code | (type.code() << 8));
  }

  public static void release(
      SubmissionEntry entry, int nsid, ReleaseAction action, ReservationType type) {
    entry.begin(RELEASE, nsid).dword(10, action.code | (type.code() << 8));
  }

  /// Asks for the extended report (64-byte entries, 128-bit host identifiers).
  public static void report(SubmissionEntry entry, int nsid, int lengthBytes) {
    entry.begin(REPORT, nsid).dword(10, lengthBytes / Integer.BYTES - 1).dword(11, EXTENDED_DATA);
  }

  /// Writes the key data of Register (current, new), Acquire (current, preempted) and Release
  /// (current; the second is not sent).
  public static void putKeys(ByteBuffer to, long currentKey, long secondKey) {
    to.putLong(0, currentKey);
    to.putLong(Long.BYTES, secondKey);
  }
}
