package io.ashlar.target.iscsi.scsi;

import io.ashlar.core.reservation.HostIdentity;
import io.ashlar.core.reservation.Persistence;
import io.ashlar.core.reservation.ReservationOutcome;
import io.ashlar.core.reservation.ReservationTable;
import io.ashlar.core.reservation.ReservationType;
import io.ashlar.core.volume.BlockOperation;
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
    if (!isListUsable(task)) {
      return;
    }
    HostIdentity host = task.nexus().host();
    ReservationTable table = table(task);
    long key = key(task);
    long next = actionKey(task);
    if (!table.isRegistered(host)) {
      if (key != 0) {
        task.endWith(ScsiStatus.RESERVATION_CONFLICT);
      } else if (next == 0) {
        task.good();
      } else {
        finishRegistration(task, table.register(host, next));
      }
    } else if (next == 0) {
      finishRegistration(task, table.unregister(host, key));
    } else {
      finishRegistration(task, table.replace(host, key, next));
    }
  }

  static void registerIgnoringKey(ScsiTask task) {
    if (!isListUsable(task)) {
      return;
    }
    HostIdentity host = task.nexus().host();
    ReservationTable table = table(task);
    long next = actionKey(task);
    if (next != 0) {
      finishRegistration(task, table.registerIgnoringKey(host, next));
    } else if (table.isRegistered(host)) {
      finishRegistration(task, table.unregisterIgnoringKey(host));
    } else {
      task.good();
    }
  }

  private static void finishRegistration(ScsiTask task, ReservationOutcome outcome) {
    if (outcome == ReservationOutcome.OK) {
      int flags = task.data.getByte(PersistentReserveData.OUT_FLAGS_OFFSET);
      boolean persists = (flags & PersistentReserveData.PERSIST_FLAG) != 0;
      table(task).persist(persists ? Persistence.PERSISTENT : Persistence.VOLATILE);
    }
    finish(task, outcome);
  }

  static void reserve(ScsiTask task) {
    ReservationType type = wantedType(task);
    if (type != null && isListUsable(task)) {
      finish(task, table(task).reserve(task.nexus().host(), key(task), type));
    }
  }

  static void release(ScsiTask task) {
    ReservationType type = wantedType(task);
    if (type == null || !isListUsable(task)) {
      return;
    }
    ReservationOutcome outcome = table(task).release(task.nexus().host(), key(task), type);
    if (outcome == ReservationOutcome.INVALID) {
      task.fail(Sense.INVALID_RELEASE_OF_RESERVATION);
      return;
    }
    finish(task, outcome);
  }

  static void clear(ScsiTask task) {
    if (isListUsable(task)) {
      finish(task, table(task).clear(task.nexus().host(), key(task)));
    }
  }

  static void preempt(ScsiTask task) {
    ReservationType type = wantedType(task);
    if (type == null || !isListUsable(task)) {
      return;
    }
    List<HostIdentity> preempted = new ArrayList<>();
    HostIdentity host = task.nexus().host();
    ReservationOutcome outcome =
        table(task).preempt(host, key(task), actionKey(task), type, preempted);
    boolean aborts = Cdb.serviceAction(task.cdb) == PREEMPT_AND_ABORT;
    if (aborts && outcome == ReservationOutcome.OK) {
      task.unit().withdrawTasksOf(preempted, task.nexus());
    }
    finish(task, outcome);
  }

  private static void finish(ScsiTask task, ReservationOutcome outcome) {
    switch (outcome) {
      case OK -> task.submit(BlockOperation.SAVE_RESERVATIONS, 0, 0, ScsiTask::good);
      case CONFLICT -> task.endWith(ScsiStatus.RESERVATION_CONFLICT);
      case INVALID -> task.failParameter(PersistentReserveData.OUT_ACTION_KEY_OFFSET);
      case FULL -> task.fail(Sense.INSUFFICIENT_REGISTRATION_RESOURCES);
    }
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
