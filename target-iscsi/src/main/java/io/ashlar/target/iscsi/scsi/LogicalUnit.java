package io.ashlar.target.iscsi.scsi;

import io.ashlar.core.reservation.HostIdentity;
import io.ashlar.core.reservation.ReservationListener;
import io.ashlar.core.reservation.ReservationNotice;
import io.ashlar.core.volume.BlockVolume;
import io.ashlar.core.volume.VolumeGeometry;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A volume as a SCSI disk (SPC-4's device server for one logical unit). Belongs to the volume's
/// shard; every method is called on that shard's thread.
public final class LogicalUnit {
  /// Room for any parameter data that a command returns.
  static final int PARAMETER_ROOM_BYTES = 4096;

  /// The longest read or write that one command may ask for; the volume gets it in pieces. Not more
  /// than a command's data buffer.
  public static final int TRANSFER_BYTES_MAX = 8 * VolumeGeometry.TRANSFER_BYTES_MAX;

  private final BlockVolume volume;
  private final UnitIdentity identity;
  private final List<Nexus> nexuses = new ArrayList<>();
  private final UnitModes modes = new UnitModes();

  private final UnitHost host;
  private final ReservationListener noticeListener = new Listener();

  /// Who holds the unit by RESERVE (6).
  private @Nullable Nexus reservedFor;

  private VolumeGeometry geometry;

  /// @param host the target around the unit
  public LogicalUnit(BlockVolume volume, UnitIdentity identity, UnitHost host) {
    this.volume = volume;
    this.identity = identity;
    this.host = host;
    this.geometry = volume.geometry();
    volume.reservations().addListener(noticeListener);
  }

  public BlockVolume volume() {
    return volume;
  }

  public UnitIdentity identity() {
    return identity;
  }

  UnitHost host() {
    return host;
  }

  VolumeGeometry geometry() {
    return geometry;
  }

  UnitModes modes() {
    return modes;
  }

  /// How sense data are to be written for this unit now.
  public SenseFormat senseFormat() {
    return modes.senseFormat();
  }

  /// A session has come: its first command learns that the unit was powered on.
  public void attach(Nexus nexus) {
    nexuses.add(nexus);
    nexus.raise(Sense.POWER_ON_OR_RESET_OCCURRED);
  }

  /// A session has gone, and what it held goes with it.
  public void detach(Nexus nexus) {
    nexuses.remove(nexus);
    releaseBy(nexus);
  }

  /// The unit is served no longer.
  public void close() {
    volume.reservations().removeListener(noticeListener);
  }

  void reserveFor(Nexus nexus) {
    reservedFor = nexus;
  }

  void releaseBy(Nexus nexus) {
    if (reservedFor == nexus) {
      reservedFor = null;
    }
  }

  /// Tells this unit's nexuses what other hosts, of any protocol, do to their reservations.
  private final class Listener implements ReservationListener {
    @Override
    public void onNotice(HostIdentity whom, ReservationNotice notice) {
      Sense attention =
          switch (notice) {
            case REGISTRATION_PREEMPTED -> Sense.REGISTRATIONS_PREEMPTED;
            case RESERVATION_RELEASED -> Sense.RESERVATIONS_RELEASED;
            case RESERVATION_PREEMPTED -> Sense.RESERVATIONS_PREEMPTED;
          };
      for (Nexus nexus : nexuses) {
        if (nexus.host().equals(whom)) {
          nexus.raise(attention);
        }
      }
    }

    @Override
    public void onAbort(HostIdentity whom) {
      for (Nexus nexus : List.copyOf(nexuses)) {
        if (nexus.host().equals(whom)) {
          host.withdrawTasks(nexus, volume.reservations().gate());
        }
      }
    }
  }

  /// CLEAR TASK SET withdrew every nexus's tasks.
  public void onTaskSetCleared(Nexus cause) {
    raise(Sense.COMMANDS_CLEARED_BY_ANOTHER_INITIATOR, cause);
  }

  /// LOGICAL UNIT RESET, after all tasks were withdrawn: what is not persistent is as at power on.
  public void reset(Nexus cause) {
    modes.reset();
    reservedFor = null;
    raise(Sense.BUS_DEVICE_RESET_OCCURRED, null);
  }

  /// Raises a unit attention for every nexus but `cause`.
  void raise(Sense attention, @Nullable Nexus cause) {
    for (int i = 0; i < nexuses.size(); i++) {
      if (nexuses.get(i) != cause) {
        nexuses.get(i).raise(attention);
      }
    }
  }

  /// Looks at a command before its data move: is it supported, well-formed, allowed, in range?
  ///
  /// @param task with its CDB filled in
  /// @param lun the logical unit number that the initiator named
  /// @return whether to go on: collect [ScsiTask#dataOutBytes], give room for [ScsiTask#room], and
  ///   [#execute]; if not, the task has been completed
  public boolean admit(ScsiTask task, Nexus nexus, long lun) {
    task.begin(this, nexus);
    noticeResize();
    CommandDescriptor command = CommandTable.find(task.cdb);
    task.command = command;
    if (lun != 0 && !answersForAbsentUnit(Cdb.opcode(task.cdb))) {
      task.fail(Sense.LOGICAL_UNIT_NOT_SUPPORTED);
      return false;
    }
    task.isForAbsentUnit = lun != 0;
    if (command == null) {
      refuseUnknown(task);
      return false;
    }
    return mayRun(task, nexus, command) && Admission.sizeTransfer(task, command, geometry);
  }

  /// Runs an admitted task whose data are in [ScsiTask#data].
  public void execute(ScsiTask task) {
    CommandDescriptor command = task.command;
    if (command == null) {
      throw new IllegalStateException("a task that was not admitted cannot run");
    }
    command.action().run(task);
  }

  private void noticeResize() {
    VolumeGeometry now = volume.geometry();
    if (!now.equals(geometry)) {
      boolean resized = now.sizeBytes() != geometry.sizeBytes();
      geometry = now;
      if (resized) {
        raise(Sense.CAPACITY_CHANGED, null);
      }
    }
  }

  private static boolean answersForAbsentUnit(int opcode) {
    return opcode == Opcode.INQUIRY
        || opcode == Opcode.REPORT_LUNS
        || opcode == Opcode.REQUEST_SENSE;
  }

  private static void refuseUnknown(ScsiTask task) {
    if (CommandTable.knows(Cdb.opcode(task.cdb))) {
      task.failCdbField(Cdb.FLAGS_OFFSET, 4);
    } else {
      task.fail(Sense.INVALID_OPCODE);
    }
  }

  private boolean mayRun(ScsiTask task, Nexus nexus, CommandDescriptor command) {
    if (nexus.hasAttention() && !answersForAbsentUnit(command.opcode())) {
      Sense attention = nexus.takeAttention();
      task.fail(attention == null ? Sense.NO_SENSE : attention);
      return false;
    }
    int reserved = command.firstReservedByteSet(task.cdb);
    if (reserved >= 0) {
      task.failCdbField(reserved);
      return false;
    }
    if (isReservedAgainst(task, nexus, command)) {
      task.endWith(ScsiStatus.RESERVATION_CONFLICT);
      return false;
    }
    boolean writes = command.reservations() == ReservationClass.WRITE;
    if (writes && modes.isWriteProtected()) {
      task.fail(Sense.SOFTWARE_WRITE_PROTECTED);
      return false;
    }
    if (modes.isStopped() && (writes || command.reservations() == ReservationClass.READ)) {
      task.fail(Sense.INITIALIZING_COMMAND_REQUIRED);
      return false;
    }
    return true;
  }

  private boolean isReservedAgainst(ScsiTask task, Nexus nexus, CommandDescriptor command) {
    ReservationClass kind = command.reservations();
    if (kind == ReservationClass.ALLOWED) {
      return false;
    }
    if (reservedFor != null && reservedFor != nexus) {
      return command.opcode() != Opcode.RELEASE_6;
    }
    return switch (kind) {
      case READ -> !volume.reservations().mayRead(nexus.host());
      case WRITE, CONFIGURE -> !volume.reservations().mayWrite(nexus.host());
      case START_STOP ->
          !PrimaryCommands.startsUnit(task) && !volume.reservations().mayWrite(nexus.host());
      case ALLOWED, STATUS, OWN -> false;
    };
  }
}
