package io.ashlar.target.iscsi.scsi;

import io.ashlar.core.reservation.HostIdentity;
import io.ashlar.core.reservation.Persistence;
import io.ashlar.core.reservation.ReservationOutcome;
import io.ashlar.core.reservation.ReservationTable;
import io.ashlar.core.reservation.ReservationType;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// PERSISTENT RESERVE IN and OUT (SPC-4 §5.13), and SPC-2's RESERVE and RELEASE. A change is
/// durable before its command ends.
final class ReservationCommands {
  static final int READ_KEYS = 0;
  static final int READ_RESERVATION = 1;
  static final int REPORT_CAPABILITIES = 2;
  static final int READ_FULL_STATUS = 3;

  static final int REGISTER = 0;
  static final int RESERVE = 1;
  static final int RELEASE = 2;
  static final int CLEAR = 3;
  static final int PREEMPT = 4;
  static final int PREEMPT_AND_ABORT = 5;
  static final int REGISTER_AND_IGNORE = 6;

  private static final int SCOPE_AND_TYPE_OFFSET = 2;

  private ReservationCommands() {}

  static void readKeys(ScsiTask task) {
    PrimaryCommands.answer(task, PersistentReserveData.writeKeys(task.data, table(task)));
  }

  static void readReservation(ScsiTask task) {
    PrimaryCommands.answer(task, PersistentReserveData.writeReservation(task.data, table(task)));
  }

  static void reportCapabilities(ScsiTask task) {
    PrimaryCommands.answer(task, PersistentReserveData.writeCapabilities(task.data, table(task)));
  }

  static void readFullStatus(ScsiTask task) {
    PrimaryCommands.answer(task, PersistentReserveData.writeFullStatus(task.data, table(task)));
  }

  static void register(ScsiTask task) {
    if (isListUsable(task)) {
      submit(task, ReservationCommands::changeRegistration);
    }
  }

  private static ReservationOutcome changeRegistration(ScsiTask task) {
    HostIdentity host = task.nexus().host();
    ReservationTable table = table(task);
    long key = key(task);
    long next = actionKey(task);
    if (table.isRegistered(host)) {
      return persisting(
          task, next == 0 ? table.unregister(host, key) : table.replace(host, key, next));
    }
    if (key != 0) {
      return ReservationOutcome.CONFLICT;
    }
    return next == 0 ? ReservationOutcome.OK : persisting(task, table.register(host, next));
  }

  static void registerIgnoringKey(ScsiTask task) {
    if (isListUsable(task)) {
      submit(task, ReservationCommands::changeRegistrationIgnoringKey);
    }
  }

  private static ReservationOutcome changeRegistrationIgnoringKey(ScsiTask task) {
    HostIdentity host = task.nexus().host();
    ReservationTable table = table(task);
    long next = actionKey(task);
    if (next != 0) {
      return persisting(task, table.registerIgnoringKey(host, next));
    }
    return table.isRegistered(host)
        ? persisting(task, table.unregisterIgnoringKey(host))
        : ReservationOutcome.OK;
  }

  /// A registration also says what a loss of power does (APTPL).
  private static ReservationOutcome persisting(ScsiTask task, ReservationOutcome outcome) {
    if (outcome == ReservationOutcome.OK) {
      int flags = task.data.getByte(PersistentReserveData.OUT_FLAGS_OFFSET);
      boolean persists = (flags & PersistentReserveData.PERSIST_FLAG) != 0;
      table(task).persist(persists ? Persistence.PERSISTENT : Persistence.VOLATILE);
    }
    return outcome;
  }

  static void reserve(ScsiTask task) {
    ReservationType type = wantedType(task);
    if (type != null && isListUsable(task)) {
      submit(task, t -> table(t).reserve(t.nexus().host(), key(t), type));
    }
  }

  static void release(ScsiTask task) {
    ReservationType type = wantedType(task);
    if (type != null && isListUsable(task)) {
      new ReservationChange(
              task,
              t -> table(t).release(t.nexus().host(), key(t), type),
              Sense.INVALID_RELEASE_OF_RESERVATION)
          .submit();
    }
  }

  static void clear(ScsiTask task) {
    if (isListUsable(task)) {
      submit(task, t -> table(t).clear(t.nexus().host(), key(t)));
    }
  }

  static void preempt(ScsiTask task) {
    ReservationType type = wantedType(task);
    if (type != null && isListUsable(task)) {
      submit(task, t -> changeHolder(t, type));
    }
  }

  private static ReservationOutcome changeHolder(ScsiTask task, ReservationType type) {
    List<HostIdentity> preempted = new ArrayList<>();
    HostIdentity host = task.nexus().host();
    ReservationOutcome outcome =
        table(task).preempt(host, key(task), actionKey(task), type, preempted);
    boolean aborts = Cdb.serviceAction(task.cdb) == PREEMPT_AND_ABORT;
    if (aborts && outcome == ReservationOutcome.OK) {
      preempted.remove(host);
      table(task).abortCommandsOf(preempted);
    }
    return outcome;
  }

  private static void submit(ScsiTask task, ReservationChange.Action action) {
    new ReservationChange(task, action, Sense.INVALID_FIELD_IN_PARAMETER_LIST).submit();
  }

  /// The list has one length, and registers nobody but who sends it.
  private static boolean isListUsable(ScsiTask task) {
    if (task.dataOutBytes != PersistentReserveData.OUT_BYTES
        || task.dataOutReceived != PersistentReserveData.OUT_BYTES) {
      task.fail(Sense.PARAMETER_LIST_LENGTH_ERROR);
      return false;
    }
    int flags = task.data.getByte(PersistentReserveData.OUT_FLAGS_OFFSET);
    int unsupported =
        PersistentReserveData.SPECIFY_INITIATORS_FLAG | PersistentReserveData.ALL_PORTS_FLAG;
    if ((flags & unsupported) != 0) {
      task.failParameter(PersistentReserveData.OUT_FLAGS_OFFSET);
      return false;
    }
    return true;
  }

  private static @Nullable ReservationType wantedType(ScsiTask task) {
    int scopeAndType = Cdb.getByte(task.cdb, SCOPE_AND_TYPE_OFFSET);
    ReservationType type = ReservationType.ofScsi(scopeAndType & 0x0F);
    if (type == null || scopeAndType >>> 4 != 0) {
      task.failCdbField(SCOPE_AND_TYPE_OFFSET);
      return null;
    }
    return type;
  }

  private static long key(ScsiTask task) {
    return Wire.getLong(task.data, 0);
  }

  private static long actionKey(ScsiTask task) {
    return Wire.getLong(task.data, PersistentReserveData.OUT_ACTION_KEY_OFFSET);
  }

  private static ReservationTable table(ScsiTask task) {
    return task.unit().volume().reservations();
  }

  /// RESERVE (6): the unit is this nexus's until RELEASE, a reset, or the end of the session. Where
  /// there are persistent registrations it conflicts with them (SPC-3 §5.6.3).
  static void reserveUnit(ScsiTask task) {
    if (!table(task).registrants().isEmpty()) {
      task.endWith(ScsiStatus.RESERVATION_CONFLICT);
      return;
    }
    task.unit().reserveFor(task.nexus());
    task.good();
  }

  /// RELEASE (6): of a reservation that is another's it changes nothing, and is good.
  static void releaseUnit(ScsiTask task) {
    if (!table(task).registrants().isEmpty()) {
      task.endWith(ScsiStatus.RESERVATION_CONFLICT);
      return;
    }
    task.unit().releaseBy(task.nexus());
    task.good();
  }
}
