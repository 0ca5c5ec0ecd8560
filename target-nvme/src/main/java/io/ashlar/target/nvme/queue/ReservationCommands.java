package io.ashlar.target.nvme.queue;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.ashlar.core.reservation.HostIdentity;
import io.ashlar.core.reservation.Persistence;
import io.ashlar.core.reservation.ReservationOutcome;
import io.ashlar.core.reservation.ReservationTable;
import io.ashlar.core.reservation.ReservationType;
import io.ashlar.target.nvme.spec.IoOpcode;
import io.ashlar.target.nvme.spec.NvmeStatus;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;

/// Reservation Register, Acquire, Release and Report (Base 2.0, 7.2 to 7.5). The table decides;
/// [io.ashlar.target.nvme.controller.ReservationChange] makes a change durable before its command
/// is answered.
final class ReservationCommands {
  private static final int ACTION_MASK = 0x7;
  private static final int IGNORE_KEY = 1 << 3;
  private static final int TYPE_SHIFT = 8;
  private static final int PERSISTENCE_SHIFT = 30;
  private static final int PERSISTENCE_KEEP = 0;
  private static final int PERSISTENCE_OFF = 2;
  private static final int PERSISTENCE_ON = 3;
  private static final int EXTENDED_DATA = 1;

  private static final int REGISTER = 0;
  private static final int UNREGISTER = 1;
  private static final int REPLACE = 2;
  private static final int ACQUIRE = 0;
  private static final int PREEMPT = 1;
  private static final int PREEMPT_AND_ABORT = 2;
  private static final int RELEASE = 0;
  private static final int CLEAR = 1;

  private ReservationCommands() {}

  /// How much data a command's entry calls for; 0 if it is no reservation command.
  static int dataBytes(Command command) {
    return switch (command.opcode) {
      case IoOpcode.RESERVATION_REGISTER, IoOpcode.RESERVATION_ACQUIRE ->
          ReservationFlyweight.TWO_KEYS_BYTES;
      case IoOpcode.RESERVATION_RELEASE -> ReservationFlyweight.ONE_KEY_BYTES;
      default -> 0;
    };
  }

  /// Changes the table as a command says whose data is at `request.data`.
  ///
  /// @return the command's status, should the change become durable
  static int change(Command command, ReservationTable table, HostIdentity host) {
    return switch (command.opcode) {
      case IoOpcode.RESERVATION_REGISTER -> register(command, table, host);
      case IoOpcode.RESERVATION_ACQUIRE -> acquire(command, table, host);
      default -> release(command, table, host);
    };
  }

  private static int register(Command command, ReservationTable table, HostIdentity host) {
    int cdw10 = command.entry.cdw10();
    int persistence = cdw10 >>> PERSISTENCE_SHIFT;
    if (persistence != PERSISTENCE_KEEP && persistence < PERSISTENCE_OFF) {
      return NvmeStatus.INVALID_FIELD;
    }
    long currentKey = key(command, 0);
    long newKey = key(command, Long.BYTES);
    boolean ignoresKey = (cdw10 & IGNORE_KEY) != 0;
    ReservationOutcome outcome =
        switch (cdw10 & ACTION_MASK) {
          case REGISTER -> table.register(host, newKey);
          case UNREGISTER ->
              ignoresKey ? table.unregisterIgnoringKey(host) : table.unregister(host, currentKey);
          case REPLACE -> replace(table, host, ignoresKey, currentKey, newKey);
          default -> ReservationOutcome.INVALID;
        };
    if (outcome == ReservationOutcome.OK && persistence >= PERSISTENCE_OFF) {
      table.persist(persistence == PERSISTENCE_ON ? Persistence.PERSISTENT : Persistence.VOLATILE);
    }
    return statusOf(outcome);
  }

  private static ReservationOutcome replace(
      ReservationTable table, HostIdentity host, boolean ignoresKey, long currentKey, long key) {
    if (!ignoresKey) {
      return table.replace(host, currentKey, key);
    }
    return table.isRegistered(host)
        ? table.registerIgnoringKey(host, key)
        : ReservationOutcome.CONFLICT;
  }

  private static int acquire(Command command, ReservationTable table, HostIdentity host) {
    int cdw10 = command.entry.cdw10();
    ReservationType type = ReservationType.ofNvme(cdw10 >>> TYPE_SHIFT & 0xFF);
    if (type == null || (cdw10 & IGNORE_KEY) != 0) {
      return NvmeStatus.INVALID_FIELD;
    }
    long currentKey = key(command, 0);
    int action = cdw10 & ACTION_MASK;
    if (action == ACQUIRE) {
      return statusOf(table.reserve(host, currentKey, type));
    }
    if (action != PREEMPT && action != PREEMPT_AND_ABORT) {
      return NvmeStatus.INVALID_FIELD;
    }
    List<HostIdentity> preempted = new ArrayList<>();
    ReservationOutcome outcome =
        table.preempt(host, currentKey, key(command, Long.BYTES), type, preempted);
    if (outcome == ReservationOutcome.OK && action == PREEMPT_AND_ABORT) {
      preempted.remove(host);
      table.abortCommandsOf(preempted);
    }
    return statusOf(outcome);
  }

  private static int release(Command command, ReservationTable table, HostIdentity host) {
    int cdw10 = command.entry.cdw10();
    if ((cdw10 & IGNORE_KEY) != 0) {
      return NvmeStatus.INVALID_FIELD;
    }
    long currentKey = key(command, 0);
    int action = cdw10 & ACTION_MASK;
    if (action == CLEAR) {
      return statusOf(table.clear(host, currentKey));
    }
    ReservationType type = ReservationType.ofNvme(cdw10 >>> TYPE_SHIFT & 0xFF);
    if (action != RELEASE || type == null) {
      return NvmeStatus.INVALID_FIELD;
    }
    return statusOf(table.release(host, currentKey, type));
  }

  /// Fills `request.data` with who is registered and who holds what.
  static int report(Command command, ReservationTable table) {
    if ((command.entry.cdw11() & EXTENDED_DATA) == 0) {
      return NvmeStatus.HOST_IDENTIFIER_INCONSISTENT; // 128-bit identifiers need the long form
    }
    UnsafeBuffer whole = ReservationFlyweight.report(table);
    UnsafeBuffer out = command.request.data;
    out.setMemory(0, command.transferBytes, (byte) 0);
    out.putBytes(0, whole, 0, Math.min(whole.capacity(), command.transferBytes));
    return NvmeStatus.SUCCESS;
  }

  private static long key(Command command, int offset) {
    return command.request.data.getLong(offset, LITTLE_ENDIAN);
  }

  private static int statusOf(ReservationOutcome outcome) {
    return switch (outcome) {
      case OK -> NvmeStatus.SUCCESS;
      case CONFLICT -> NvmeStatus.RESERVATION_CONFLICT;
      case INVALID -> NvmeStatus.INVALID_FIELD;
      case FULL -> NvmeStatus.INTERNAL_ERROR;
    };
  }
}
